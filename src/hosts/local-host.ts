import {type Duplex, PassThrough} from 'node:stream';
import {hasTerminal} from '../terminal.js';
import {checkStart} from './check-start.js';
import {commandText} from './command-text.js';
import {diagnoseEnding} from './diagnosis/diagnose-ending.js';
import type {Child, Host, RunOptions, RunResult, SpawnOptions} from './host.js';
import {runToEnd} from './child/run-to-end.js';
import {type StartRequest, startChild} from './child/start-child.js';

export interface LocalHostOptions {
  /** Whether children may talk to a person on our terminal; when undefined, they may if there is one. */
  readonly onTerminal?: boolean | undefined;
}

/** A child that inherited a socket as its descriptor 3, for what does not fit its standard input and output. */
export interface ChildWithSocket extends Child {
  readonly socket: Duplex;
}

/** This machine. */
export function localHost(options: LocalHostOptions = {}): LocalHost {
  return new LocalHost(options.onTerminal ?? hasTerminal());
}

class LocalHost implements Host {
  readonly name = 'this machine';
  readonly isLocal = true;
  readonly #onTerminal: boolean;

  constructor(onTerminal: boolean) {
    this.#onTerminal = onTerminal;
  }

  async spawn(words: readonly string[], options: SpawnOptions): Promise<Child> {
    return startChild(this.#request(words, options));
  }

  /** Starts a program with one more pair of streams. It dies with the child's disposal, as the others do. */
  async spawnWithSocket(words: readonly string[], options: SpawnOptions): Promise<ChildWithSocket> {
    let socket: Duplex | undefined;
    const child = startChild({
      ...this.#request(words, options),
      socketOf: (ours) => {
        socket = ours;
      },
    });
    // A program that could not be started has no socket: a stream that ends at once stands in for it.
    return Object.assign(child, {socket: socket ?? new PassThrough().end()});
  }

  #request(words: readonly string[], options: SpawnOptions): StartRequest {
    checkStart(words, options.signal, options.describe);
    const [file = '', ...args] = words;
    const {describe} = options;
    return {
      ...options,
      file,
      args,
      onTerminal: this.#onTerminal,
      diagnose: (end, errorLines) => diagnoseEnding({end, errorLines, describe, file, role: 'program'}),
    };
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const describe = options.describe ?? `${commandText(words)} on ${this.name}`;
    return runToEnd(await this.spawn(words, {...options, describe}), options, describe);
  }
}
