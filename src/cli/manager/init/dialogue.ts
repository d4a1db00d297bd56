import {ExpectedError} from '../../../errors.js';
import {plainLines} from '../../../plain-text.js';
import type {CommandContext} from '../command-context.js';

/** A person has ended the dialogue. */
class NothingWritten extends ExpectedError<'cancelled'> {
  constructor() {
    super('cancelled', 'nothing was written');
  }
}

/** What can be asked of a person; where nobody is to be asked, there is no dialogue. */
export interface Dialogue {
  /** Asks until `read` takes the answer. An empty one is the `fallback`; without one it ends the dialogue. */
  ask<Answer>(question: string, read: (text: string) => Answer | Promise<Answer>, fallback?: string): Promise<Answer>;
  askYesNo(question: string, isYesUsual: boolean): Promise<boolean>;
  tell(text: string): Promise<void>;
  /** Throws: the person does not want to go on. */
  end(): never;
}

export function dialogueOn({prompt, stdout}: Pick<CommandContext, 'prompt' | 'stdout'>): Dialogue {
  const tell = async (text: string): Promise<void> => {
    stdout.write(text);
    await stdout.settled();
  };
  return {
    tell,
    end,
    async ask(question, read, fallback) {
      const suffix = fallback === undefined || fallback === '' ? '' : ` [${fallback}]`;
      for (;;) {
        const typed = (await prompt.ask(`${question}${suffix}: `)).trim();
        // The end of the input is an empty answer, too: whoever asks again for it asks for ever.
        if (typed === '') return fallback === undefined ? end() : await read(fallback);
        try {
          return await read(typed);
        } catch (error) {
          if (!(error instanceof ExpectedError) || error.code === 'cancelled') throw error;
          await tell(formatRefusal(error));
        }
      }
    },
    async askYesNo(question, isYesUsual) {
      for (;;) {
        const answer = (await prompt.ask(`${question} ${isYesUsual ? '[Y/n]' : '[y/N]'} `)).trim();
        if (answer === '') return isYesUsual;
        if (/^(y|yes|n|no)$/i.test(answer)) return /^y/i.test(answer);
        await tell('  yes or no?\n');
      }
    },
  };
}

function end(): never {
  throw new NothingWritten();
}

function formatRefusal({message, hint}: ExpectedError): string {
  const lines = hint === undefined ? [message] : [message, `hint: ${hint}`];
  return `${lines.map((line) => plainLines(line, '  ')).join('\n  ')}\n`;
}
