import type {PatchProgress} from '../patcher.js';

/** The patch is gone through four times: to check it, to check the target, to write, and to compare. */
const PHASES = 4;

/** How far an application is, as a share of all that it reads. */
export class SealedProgress {
  readonly #onProgress: ((progress: PatchProgress) => void) | undefined;
  #patchBytes = 0;
  #readBytes = 0;
  #readBefore = 0;
  #writtenBytes = 0;
  #targetBytes = 0;
  #phase = 0;

  constructor(onProgress: ((progress: PatchProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** A new phase begins, of so many that are left (this one included). */
  begin(phasesLeft: 1 | 2 | 3, patchBytes: number, targetBytes: number): void {
    this.#phase = PHASES - phasesLeft;
    this.#patchBytes = patchBytes;
    this.#targetBytes = targetBytes;
    this.#readBefore += this.#readBytes;
    this.#readBytes = 0;
  }

  /** So much of the patch has been passed; `written` of it to the target. */
  add(bytes: number, written = 0): void {
    this.#readBytes += bytes;
    this.#writtenBytes += written;
    const share = (this.#phase + Math.min(1, this.#readBytes / Math.max(1, this.#patchBytes))) / PHASES;
    this.#onProgress?.({
      writtenBytes: this.#writtenBytes,
      position: Math.floor(share * this.#targetBytes),
      sizeBytes: this.#targetBytes,
      patchBytes: this.#readBefore + this.#readBytes,
    });
  }
}
