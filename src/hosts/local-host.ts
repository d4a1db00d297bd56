import {checkStart} from './check-start.js';
import {commandText} from './command-text.js';
import {diagnoseEnding} from './diagnose-ending.js';
import type {Child, Host, RunOptions, RunResult, SpawnOptions} from './host.js';
import {runToEnd} from './run-to-end.js';
import {startChild} from './start-child.js';

export interface LocalHostOptions {
  /** Whether children may talk to a person on our terminal; standard input tells when undefined. */
  readonly onTerminal?: boolean | undefined;
}

/** This machine. */
export function localHost(options: LocalHostOptions = {}): Host {
  return new LocalHost(options.onTerminal ?? process.stdin.isTTY);
}

class LocalHost implements Host {
  readonly name = 'this machine';
  readonly isLocal = true;
  readonly #onTerminal: boolean;

  constructor(onTerminal: boolean) {
    this.#onTerminal = onTerminal;
  }

  async spawn(words: readonly string[], options: SpawnOptions): Promise<Child> {
    checkStart(words, options.signal, options.describe);
    const [file = '', ...args] = words;
    const {describe} = options;
    return startChild({
      ...options,
      file,
      args,
      onTerminal: this.#onTerminal,
      diagnose: (end, errorLines) => diagnoseEnding({end, errorLines, describe, file, role: 'program'}),
    });
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const describe = options.describe ?? `${commandText(words)} on ${this.name}`;
    return runToEnd(await this.spawn(words, {...options, describe}), options, describe);
  }
}
