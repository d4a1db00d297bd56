import {performance} from 'node:perf_hooks';
import {messageOf} from '../../errors.js';
import type {Snapshot, SnapshotCondition} from '../../lvm/snapshot.js';
import {formatBytes} from '../../units.js';
import type {LvmSnapshotConfig} from '../config/task-config.js';
import type {Teller} from '../task-context.js';
import type {Extending} from './explain-overflow.js';

export type ExtensionPolicy = NonNullable<LvmSnapshotConfig['autoextend']>;

/** After an attempt that brought nothing: the group may get room meanwhile, but is not to be asked all the time. */
const RETRY_MS = 30_000;

/** Extends a snapshot whenever it is as full as its policy says. */
export class SnapshotExtender {
  readonly #snapshot: Pick<Snapshot, 'vg' | 'name' | 'extend'>;
  readonly #policy: ExtensionPolicy;
  readonly #teller: Pick<Teller, 'log' | 'note'>;
  readonly #now: () => number;
  #extensions = 0;
  #shortcoming: Exclude<Extending, 'off'> = 'too-slow';
  #isWhole = false;
  #hasWarned = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(
    snapshot: Pick<Snapshot, 'vg' | 'name' | 'extend'>,
    policy: ExtensionPolicy,
    teller: Pick<Teller, 'log' | 'note'>,
    now = () => performance.now(),
  ) {
    this.#snapshot = snapshot;
    this.#policy = policy;
    this.#teller = teller;
    this.#now = now;
  }

  /** How often it was extended. */
  get extensions(): number {
    return this.#extensions;
  }

  /** Why it would overflow nevertheless. */
  get shortcoming(): Exclude<Extending, 'off'> {
    return this.#shortcoming;
  }

  /** Never throws: a snapshot that cannot be extended may still suffice. */
  async extendIfNeeded({usedPercent, roomBytes}: SnapshotCondition): Promise<void> {
    if (usedPercent === undefined || roomBytes === undefined || usedPercent < this.#policy.thresholdPercent) return;
    if (this.#isWhole || this.#now() < this.#notBeforeMs) return;
    const {vg, name} = this.#snapshot;
    const used = `${usedPercent}% of ${formatBytes(roomBytes)} were used`;
    try {
      const extension = await this.#snapshot.extend(missingBytes(usedPercent, roomBytes, this.#policy));
      if (extension.roomBytes > roomBytes) {
        this.#extensions += 1;
        this.#teller.log('info', `extended the snapshot ${vg}/${name} to ${formatBytes(extension.roomBytes)}: ${used}`);
      }
      this.#isWhole = extension.outcome === 'whole';
      if (extension.outcome === 'group-full') {
        this.#shortcoming = 'group-full';
        this.#giveUp(`the group ${vg} has no more room to extend the snapshot ${vg}/${name}: ${used}`);
      }
    } catch (error) {
      this.#shortcoming = 'failed';
      this.#giveUp(`${messageOf(error)}; ${used}`);
    }
  }

  #giveUp(warning: string): void {
    this.#notBeforeMs = this.#now() + RETRY_MS;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#teller.log('warning', warning);
    this.#teller.note(warning);
  }
}

/** By whole steps, as many as bring it below the threshold again: a burst may have filled more than one. */
function missingBytes(
  usedPercent: number,
  roomBytes: number,
  {thresholdPercent, stepPercent}: ExtensionPolicy,
): number {
  const factor = 1 + stepPercent / 100;
  const steps = Math.max(1, Math.floor(Math.log(usedPercent / thresholdPercent) / Math.log(factor)) + 1);
  return roomBytes * (factor ** steps - 1);
}
