import {createInterface} from 'node:readline';
import {Interruption, type SignalSource} from '../interrupts.js';

/** Asks a person. */
export interface Prompt {
  /** Whether there is somebody to be asked. */
  readonly isTerminal: boolean;
  /** The line that was answered; empty at the end of the input. @throws Interruption when a signal says to stop. */
  ask(question: string): Promise<string>;
}

interface PromptStreams {
  readonly isTerminal: boolean;
  /** Opened only when there is something to ask: all else leaves standard input alone. */
  readonly openInput: () => NodeJS.ReadableStream;
  readonly write: (text: string) => void;
  readonly signals: SignalSource;
}

const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export function promptOn({isTerminal, openInput, write, signals}: PromptStreams): Prompt {
  return {
    isTerminal,
    ask(question) {
      const input = openInput();
      // The terminal edits the line.
      const lines = createInterface({input, terminal: false});
      write(question);
      return new Promise((resolve, reject) => {
        let answer = '';
        const stop = (name: NodeJS.Signals): void => {
          write('\n');
          reject(new Interruption(name));
          lines.close();
        };
        for (const name of STOPPING) signals.on(name, stop);
        lines.once('line', (line) => {
          answer = line;
          lines.close();
        });
        lines.once('close', () => {
          for (const name of STOPPING) signals.off(name, stop);
          input.pause();
          resolve(answer);
        });
      });
    },
  };
}
