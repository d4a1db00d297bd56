import {connectionHost} from '../../hosts/connection-host.js';
import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {localHost, type LocalHostOptions} from '../../hosts/local-host.js';
import {SharedAnswer} from '../../hosts/shared-answer.js';
import {type BdsyncProgram, identifyFarEnd, type FarEnd} from './far-end.js';
import {usesOwnTargetProgram, type TargetAddress, type TaskPlan} from '../plan.js';
import {packageVersion} from '../../version.js';

/** The hosts of one run, each probed once however many tasks lead to it. */
export class HostPool {
  readonly #options: LocalHostOptions;
  readonly #local: Host;
  readonly #remote = new Map<string, Host>();
  readonly #programs = new Map<Host, Map<string, SharedAnswer<FarEnd>>>();
  readonly #outOfReach = new Map<Host, HostError>();

  /** The options are for all of them. */
  constructor(options: LocalHostOptions = {}) {
    this.#options = options;
    this.#local = localHost(options);
  }

  host(address: Omit<TargetAddress, 'path'>): Host {
    if (address.connection.length === 0) return this.#local;
    const key = JSON.stringify([address.connection, address.quoting]);
    const known = this.#remote.get(key);
    if (known) return known;
    const host = connectionHost(address.connection, {...this.#options, quoting: address.quoting});
    this.#remote.set(key, host);
    return host;
  }

  /** Which bdsync is at the target's end of a plan. Throws what `identifyFarEnd` throws. */
  async farEnd(plan: TaskPlan, signal: AbortSignal): Promise<FarEnd> {
    if (usesOwnTargetProgram(plan)) return {kind: 'ours', version: packageVersion()};
    const host = this.host(plan.target);
    const key = host.isLocal ? 'local_bdsync_bin' : 'remote_bdsync_bin';
    return await this.#identify({host, words: plan.targetProgram, key}, signal);
  }

  /** Which bdsync a program of this machine is. Throws what `identifyFarEnd` throws. */
  async localProgram(program: string, signal: AbortSignal): Promise<FarEnd> {
    return await this.#identify({host: this.#local, words: [program], key: 'local_bdsync_bin'}, signal);
  }

  /** Only a host that could not be reached is remembered as such: every further try would take its time. */
  async #identify(program: BdsyncProgram, signal: AbortSignal): Promise<FarEnd> {
    const {host, words} = program;
    const failure = this.#outOfReach.get(host);
    if (failure) throw asBefore(failure);
    const programs = this.#programs.get(host) ?? new Map<string, SharedAnswer<FarEnd>>();
    this.#programs.set(host, programs);
    const name = JSON.stringify(words);
    const answer = programs.get(name) ?? new SharedAnswer<FarEnd>();
    programs.set(name, answer);
    try {
      return await answer.get(() => identifyFarEnd(program, signal), `${words.join(' ')} --version`, signal);
    } catch (error) {
      if (error instanceof HostError && OUT_OF_REACH.has(error.code)) this.#outOfReach.set(host, error);
      throw error;
    }
  }
}

const OUT_OF_REACH: ReadonlySet<string> = new Set([
  'connection-failed',
  'login-refused',
  'host-key',
  'name-resolution',
] satisfies HostError['code'][]);

function asBefore({code, message, hint, errorLines}: HostError): HostError {
  return new HostError(code, `${message} (as before)`, {hint, errorLines});
}
