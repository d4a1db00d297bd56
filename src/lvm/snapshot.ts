import {formatBytes} from '../units.js';
import {type CreatedSnapshot, prepareSnapshot, type SnapshotRequest} from './create-snapshot.js';
import {isThin} from './find-origin.js';
import {extendSnapshot, type SnapshotExtension} from './extend-snapshot.js';
import type {Lvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import {findByUuid, removeSnapshot, type SnapshotIdentity} from './remove-snapshot.js';

/** A read-only snapshot of a volume, which exists until it is disposed of. As an identity it is plain data to record. */
export interface Snapshot extends SnapshotIdentity, AsyncDisposable {
  /** The device to read from: `/dev/VG/NAME`. */
  readonly path: string;
  /** Name of the volume it is a snapshot of, in the same group. */
  readonly origin: string;
  readonly originBytes: number;
  readonly kind: 'classic' | 'thin';
  /** Of a thin one: the pool that it shares with its origin, in the same group. */
  readonly pool: string | undefined;
  /** The room for changes that a classic one was created with. */
  readonly roomBytes: number | undefined;
  /**
   * Looks how it is.
   *
   * @throws LvmError 'snapshot-lost' when somebody removed or deactivated it.
   */
  check(signal?: AbortSignal): Promise<SnapshotCondition>;
  /**
   * Resolves when what was read from it until now is the origin's image of one moment.
   *
   * @throws LvmError 'snapshot-invalid'; 'snapshot-lost'.
   */
  requireValid(signal?: AbortSignal): Promise<void>;
  /** Gives a classic one more room for changes: see `extendSnapshot`. Nothing interrupts it. */
  extend(byBytes: number): Promise<SnapshotExtension>;
  /**
   * Removes it, when it is still what was created; also after an abort. Disposal does not try once more what failed
   * here.
   *
   * @throws LvmError 'snapshot-not-ours'; 'snapshot-removal'.
   */
  remove(): Promise<void>;
}

export interface SnapshotCondition {
  readonly isInvalid: boolean;
  /** The used part of a classic one's room, and that room, which may grow; undefined for a thin one. */
  readonly usedPercent: number | undefined;
  readonly roomBytes: number | undefined;
}

/**
 * Takes a read-only snapshot: thin when the origin is thin, classic otherwise. An abort is obeyed between two commands,
 * and then nothing is left.
 *
 * @public src/lvm is to stand on its own, and most of its users want one snapshot.
 * @throws LvmError 'not-a-volume', 'volume-inactive', 'snapshot-size-missing', 'snapshot-name-taken' (naming whose it
 *   is), 'volume-group-full', and those of every command.
 */
export async function takeSnapshot(lvm: Lvm, request: SnapshotRequest): Promise<Snapshot> {
  const toTake = await snapshotToTake(lvm, request);
  await toTake.create();
  return await toTake.settle();
}

/** A snapshot of which the creation alone is left: see `PreparedSnapshot`. */
export interface SnapshotToTake {
  create(): Promise<void>;
  settle(): Promise<Snapshot>;
}

/** @throws LvmError as `takeSnapshot` does, before anything is created. */
export async function snapshotToTake(lvm: Lvm, request: SnapshotRequest): Promise<SnapshotToTake> {
  const prepared = await prepareSnapshot(lvm, request);
  return {
    create: () => prepared.create(),
    settle: async () => new TakenSnapshot(lvm, await prepared.settle(), request.tags),
  };
}

class TakenSnapshot implements Snapshot {
  readonly path: string;
  readonly vg: string;
  readonly name: string;
  readonly uuid: string;
  readonly origin: string;
  readonly originUuid: string;
  readonly originBytes: number;
  readonly tags: readonly string[];
  readonly kind: Snapshot['kind'];
  readonly pool: string | undefined;
  readonly roomBytes: number | undefined;
  readonly #lvm: Lvm;
  #removal: Promise<unknown> | undefined;

  constructor(lvm: Lvm, {origin, volume}: CreatedSnapshot, tags: readonly string[]) {
    this.#lvm = lvm;
    this.path = volume.path;
    this.vg = volume.vg;
    this.name = volume.name;
    this.uuid = volume.uuid;
    this.origin = origin.name;
    this.originUuid = volume.originUuid;
    this.originBytes = origin.sizeBytes;
    this.tags = tags;
    this.kind = isThin(origin) ? 'thin' : 'classic';
    this.pool = this.kind === 'thin' ? origin.pool : undefined;
    this.roomBytes = this.kind === 'classic' ? volume.sizeBytes : undefined;
  }

  async check(signal?: AbortSignal): Promise<SnapshotCondition> {
    const volume = await findByUuid(this.#lvm, this, signal);
    if (volume === undefined) throw this.#lost('was removed by somebody else');
    if (!volume.isActive) throw this.#lost('was deactivated by somebody else');
    if (this.kind === 'thin') {
      return {isInvalid: volume.health === 'failed', usedPercent: undefined, roomBytes: undefined};
    }
    // Merging it into its origin, say, ends its life as a snapshot.
    if (volume.snapshotState === 'unknown') throw this.#lost('does not tell its state any more');
    const {snapshotState, usedPercent, sizeBytes} = volume;
    return {isInvalid: snapshotState === 'invalid', usedPercent, roomBytes: sizeBytes};
  }

  async requireValid(signal?: AbortSignal): Promise<void> {
    const {isInvalid, roomBytes} = await this.check(signal);
    if (!isInvalid) return;
    const subject = `the snapshot ${this.vg}/${this.name} of ${this.vg}/${this.origin} is lost`;
    if (roomBytes === undefined) throw new LvmError('snapshot-invalid', `${subject}: its thin pool failed`);
    const room = formatBytes(roomBytes);
    throw new LvmError('snapshot-invalid', `${subject}: more was written to its origin than its ${room} could hold`, {
      hint: `choose a size well above ${room}, or a time when less is written`,
    });
  }

  async extend(byBytes: number): Promise<SnapshotExtension> {
    return await extendSnapshot(this.#lvm, this, byBytes);
  }

  async remove(): Promise<void> {
    this.#removal ??= removeSnapshot(this.#lvm, this);
    await this.#removal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#removal === undefined) await this.remove();
  }

  #lost(what: string): LvmError {
    return new LvmError('snapshot-lost', `the snapshot ${this.vg}/${this.name} ${what}`);
  }
}
