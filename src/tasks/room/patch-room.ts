import type {DeviceSizes} from '../../bdsync/compare/agree-on-sizes.js';
import {formatBytes} from '../../units.js';
import type {TaskError} from '../task-error.js';
import {parseRoom} from './free-room.js';
import {leastContent, leastJournal} from './least-journal.js';
import {roomError} from './room-error.js';

export interface PatchRoomOptions {
  /** Where the patch is stored, and on which host. */
  readonly folder: string;
  readonly hostName: string;
  /** Of a patch with a seal, beside which there will be a journal. */
  readonly sealedBlockBytes: number | undefined;
}

/**
 * Sees, while a patch is stored, whether it still fits: what its host tells of the room there goes to `take`. It is too
 * small only when that is certain.
 */
export class PatchRoom {
  /** Resolves when what has been sent already needs more. */
  readonly tooSmall: Promise<TaskError>;
  readonly #options: PatchRoomOptions;
  #tellTooSmall: (error: TaskError) => void = () => {};
  #sizes: DeviceSizes | undefined;
  #sentBytes = 0;
  #freeBytes: number | undefined;

  constructor(options: PatchRoomOptions) {
    this.#options = options;
    this.tooSmall = new Promise((resolve) => {
      this.#tellTooSmall = resolve;
    });
  }

  begin(sizes?: DeviceSizes): void {
    this.#sizes = sizes;
  }

  add(sentBytes: number): void {
    this.#sentBytes += sentBytes;
  }

  /** Whether the line was about the room. */
  take(line: string): boolean {
    const room = parseRoom(line);
    if (room === undefined) return false;
    this.#freeBytes = room.kind === 'free' ? room.bytes : undefined;
    const journalBytes = this.#journalBytes();
    if (room.kind === 'free' && room.bytes < journalBytes) this.#tellTooSmall(this.#journalError(room.bytes));
    return true;
  }

  /** The failure of a host that took no more. */
  full(cause: TaskError): TaskError {
    const {folder, hostName, sealedBlockBytes} = this.#options;
    const left = this.#freeBytes === undefined ? '' : `${formatBytes(this.#freeBytes)} left, `;
    const journal = sealedBlockBytes === undefined ? '' : ', and its undo journal needs about as much again';
    const sent = `${formatBytes(this.#sentBytes)} of it so far`;
    return roomError(folder, `no room for the patch in ${folder} on ${hostName}: ${left}${sent}${journal}`, {
      cause,
      errorLines: cause.errorLines,
    });
  }

  #journalBytes(): number {
    const {sealedBlockBytes} = this.#options;
    if (sealedBlockBytes === undefined || this.#sizes === undefined) return 0;
    return leastJournal(leastContent(this.#sentBytes, sealedBlockBytes), this.#sizes);
  }

  #journalError(freeBytes: number): TaskError {
    const {folder, hostName} = this.#options;
    return roomError(
      folder,
      `no room for the undo journal in ${folder} on ${hostName}: ${formatBytes(freeBytes)} left beside ` +
        `${formatBytes(this.#sentBytes)} of patch so far, which needs at least ${formatBytes(this.#journalBytes())} more`,
    );
  }
}
