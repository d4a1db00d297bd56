import {debugStory} from '../log.js';
import {hasTerminal} from '../terminal.js';
import {checkStart} from './check-start.js';
import {commandText} from './command-text.js';
import {connectionName} from './connection-name.js';
import {diagnoseConnection} from './diagnosis/diagnose-connection.js';
import type {Child, Host, RunOptions, RunResult, SpawnOptions} from './host.js';
import {probeShells} from './probe-shells.js';
import {quoteWord, quoteWords} from './quote.js';
import {runToEnd} from './child/run-to-end.js';
import {startChild} from './child/start-child.js';
import {SharedAnswer} from './shared-answer.js';

const tell = debugStory('hosts:connection');

/** Longer than a person (and sshd's LoginGraceTime) takes for a password. */
const PROBE_TIMEOUT_MS = 150_000;

export interface ConnectionHostOptions {
  /** Whether a remote shell parses the words again; `auto` asks once, before the first command. */
  readonly quoting: 'auto' | 'shell' | 'none';
  /** Whether the connection may ask for a password on our terminal; when undefined, it may if there is one. */
  readonly onTerminal?: boolean | undefined;
}

/** The far end of a connection command: `ssh backup@host`, `sudo`, `docker exec -i store`, … */
export function connectionHost(connection: readonly string[], options: ConnectionHostOptions): Host {
  if (connection.length === 0) throw new RangeError('a connection command has at least one word');
  return new ConnectionHost(connection, options.quoting, options.onTerminal ?? hasTerminal());
}

class ConnectionHost implements Host {
  readonly name: string;
  readonly isLocal = false;
  readonly #connection: readonly string[];
  readonly #onTerminal: boolean;
  /** Known without a probe. */
  readonly #shells: number | undefined;
  readonly #probed = new SharedAnswer<number>();

  constructor(connection: readonly string[], quoting: ConnectionHostOptions['quoting'], onTerminal: boolean) {
    this.name = connectionName(connection);
    this.#connection = connection;
    this.#onTerminal = onTerminal;
    if (quoting !== 'auto') this.#shells = quoting === 'shell' ? 1 : 0;
  }

  async spawn(words: readonly string[], options: SpawnOptions): Promise<Child> {
    checkStart(words, options.signal, options.describe);
    const shells = await this.#countShells(options.signal);
    checkStart(words, options.signal, options.describe);
    return this.#start(words, throughShells(words, shells), options);
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const describe = options.describe ?? `${commandText(words)} on ${this.name}`;
    return runToEnd(await this.spawn(words, {...options, describe}), options, describe);
  }

  #start(words: readonly string[], sentWords: readonly string[], options: SpawnOptions): Child {
    const [file = '', ...args] = [...this.#connection, ...sentWords];
    return startChild({
      ...options,
      file,
      args,
      onTerminal: this.#onTerminal,
      diagnose: (end, errorLines) =>
        diagnoseConnection({
          end,
          errorLines,
          describe: options.describe,
          connection: this.#connection,
          hostName: this.name,
          program: words[0] ?? '',
        }),
    });
  }

  async #countShells(signal: AbortSignal | undefined): Promise<number> {
    if (this.#shells !== undefined) return this.#shells;
    const describe = `the first connection through ${this.name}`;
    return await this.#probed.get(() => this.#probe(describe, signal), describe, signal);
  }

  async #probe(describe: string, signal: AbortSignal | undefined): Promise<number> {
    const probe = probeShells();
    const child = this.#start(probe.words, probe.words, {signal, describe});
    const shells = probe.readAnswer(await runToEnd(child, {timeoutMs: PROBE_TIMEOUT_MS}, describe), this.name);
    tell('%s: words pass %d shells', this.name, shells);
    return shells;
  }
}

function throughShells(words: readonly string[], shells: number): readonly string[] {
  if (shells === 0) return words;
  let command = quoteWords(words);
  for (let shell = 1; shell < shells; shell += 1) command = quoteWord(command);
  return [command];
}
