import {createInterface} from 'node:readline';

/** Asks a person. */
export interface Prompt {
  /** Whether there is somebody to be asked. */
  readonly isTerminal: boolean;
  /** The line that was answered; empty at the end of the input. */
  ask(question: string): Promise<string>;
}

interface PromptStreams {
  readonly isTerminal: boolean;
  /** Opened only when there is something to ask: all else leaves standard input alone. */
  readonly openInput: () => NodeJS.ReadableStream;
  readonly write: (text: string) => void;
}

export function promptOn({isTerminal, openInput, write}: PromptStreams): Prompt {
  return {
    isTerminal,
    ask(question) {
      const input = openInput();
      // The terminal edits the line, and its Ctrl-C ends the program, as nothing was begun.
      const lines = createInterface({input, terminal: false});
      write(question);
      return new Promise((resolve) => {
        let answer = '';
        lines.once('line', (line) => {
          answer = line;
          lines.close();
        });
        lines.once('close', () => {
          input.pause();
          resolve(answer);
        });
      });
    },
  };
}
