import {connectionHost} from '../../hosts/connection-host.js';
import type {Host} from '../../hosts/host.js';
import {localHost} from '../../hosts/local-host.js';
import {identifyFarEnd, type FarEnd} from './far-end.js';
import {usesOwnTargetProgram, type TargetAddress, type TaskPlan} from '../plan.js';
import {packageVersion} from '../../version.js';

/** The hosts of one run, each probed once however many tasks lead to it. */
export class HostPool {
  readonly #local = localHost();
  readonly #remote = new Map<string, Host>();
  readonly #farEnds = new Map<string, Promise<FarEnd>>();

  host(address: Omit<TargetAddress, 'path'>): Host {
    if (address.connection.length === 0) return this.#local;
    const key = JSON.stringify([address.connection, address.quoting]);
    const known = this.#remote.get(key);
    if (known) return known;
    const host = connectionHost(address.connection, {quoting: address.quoting});
    this.#remote.set(key, host);
    return host;
  }

  /** A failed probe is not remembered: the next task may find the host awake. */
  async farEnd(plan: TaskPlan, signal: AbortSignal): Promise<FarEnd> {
    if (usesOwnTargetProgram(plan)) return {kind: 'ours', version: packageVersion()};
    const key = JSON.stringify([plan.target.connection, plan.target.quoting, plan.targetProgram]);
    const known = this.#farEnds.get(key);
    if (known) return await known;
    const probe = identifyFarEnd(this.host(plan.target), plan.targetProgram, signal);
    this.#farEnds.set(key, probe);
    try {
      return await probe;
    } catch (error) {
      this.#farEnds.delete(key);
      throw error;
    }
  }
}
