import {createHash} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import {isFileAt} from '../../is-file-at.js';
import {throwIfCancelled} from '../cancellation.js';
import {BdsyncError} from '../errors.js';
import {findDigest} from '../hash/digest.js';
import {PatchDecoder} from '../patch/patch-decoder.js';
import type {PatchHeader} from '../patch/patch-format.js';
import {SealDecoder} from '../patch/seal-decoder.js';
import {SEAL_END_MARK, type SealHeader, SHA256_BYTES} from '../patch/seal-format.js';
import type {Extent, SealedRun} from './extents-and-runs.js';
import {KeptContent} from './kept-content.js';
import {openPatch} from './open-patch.js';
import {readPieces} from './read-pieces.js';

/** A patch with a seal that was found to be whole. */
export interface SealedPatchFacts {
  readonly header: PatchHeader;
  readonly seal: SealHeader;
  /** From the end of the seal: it tells this patch from all others. */
  readonly sealSha256: Uint8Array;
  /** Data of all extents. */
  readonly contentBytes: number;
}

/** A stored patch, open and locked: nobody else applies it meanwhile. */
export class SealedPatch implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal | undefined;
  /** By the last check. */
  #kept: KeptContent | undefined;
  /** Of the file, when its check began. */
  #checkedState: string | undefined;

  private constructor(path: string, handle: FileHandle, signal: AbortSignal | undefined) {
    this.path = path;
    this.#handle = handle;
    this.#signal = signal;
  }

  /** @throws BdsyncError 'patch-unreadable', 'io', 'cancelled', and 'target-locked' when another process works with it. */
  static async open(path: string, signal: AbortSignal | undefined): Promise<SealedPatch> {
    return new SealedPatch(path, await openPatch(path, signal), signal);
  }

  /** Whether it is what a path leads to, by whatever name. */
  async isAt(path: string): Promise<boolean> {
    return await isFileAt(path, this.#handle);
  }

  /** Reads all of it, and compares the digests. Throws BdsyncError 'invalid-patch', 'patch-unreadable', 'cancelled'. */
  async check(): Promise<SealedPatchFacts> {
    const decoder = new PatchDecoder({leavesRest: true});
    const hash = createHash('sha256');
    let sealDecoder: SealDecoder | undefined;
    let header: PatchHeader | undefined;
    let seal: SealHeader | undefined;
    let sealSha256: Uint8Array | undefined;
    let contentBytes = 0;
    const kept = new KeptContent();
    this.#checkedState = await this.#readState();
    for await (const piece of this.#part(0)) {
      kept.addPiece(piece);
      for (const event of decoder.push(piece)) {
        if (event.kind === 'header') ({header} = event);
        if (event.kind === 'extent') {
          contentBytes += event.data.length;
          kept.addExtent(event);
        }
      }
      const {rest, patchBytes} = decoder;
      if (!sealDecoder) hash.update(piece.subarray(0, piece.length - rest.length));
      if (rest.length > 0) {
        sealDecoder ??= new SealDecoder({patchBytes, patchSha256: hash.digest()});
        for (const event of sealDecoder.push(rest)) {
          if (event.kind === 'header') seal = event.header;
          if (event.kind === 'blocks') kept.addRun(event);
          if (event.kind === 'end') sealSha256 = event.sha256;
        }
      }
    }
    decoder.finish();
    sealDecoder?.finish();
    if (!header || !seal || !sealSha256) {
      const hint = 'a patch is sealed when it is made, with --seal';
      throw new BdsyncError('invalid-patch', `the patch ${this.path} has no seal`, {hint});
    }
    requireKnownDigest(seal);
    requireComparedRange(header, seal);
    this.#kept = kept;
    return {header, seal, sealSha256, contentBytes};
  }

  /** The SHA-256 at its end, whatever the state of the rest; undefined where there is no such end. */
  async readSealSha256(): Promise<Uint8Array | undefined> {
    const endBytes = SHA256_BYTES + SEAL_END_MARK.length;
    const {size} = await this.#handle.stat();
    if (size < endBytes) return undefined;
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#part(size - endBytes)) pieces.push(piece);
    const end = Buffer.concat(pieces);
    return end.subarray(SHA256_BYTES).toString('latin1') === SEAL_END_MARK ? end.subarray(0, SHA256_BYTES) : undefined;
  }

  /**
   * The extents, and in the end a look whether the patch still is what was sealed: also where they come from memory, for
   * whoever goes on when this breaks off has the file only. What is handed out stays as it is.
   */
  extents(facts: SealedPatchFacts): AsyncGenerator<Extent[], void> {
    const kept = this.#kept?.extents();
    return kept ? this.#keptExtents(kept) : this.#readExtents(facts);
  }

  /** What the seal says about blocks, in the same way. */
  runs(facts: SealedPatchFacts): AsyncGenerator<SealedRun[], void> {
    const kept = this.#kept?.runs();
    return kept ? this.#whileWanted(kept) : this.#readRuns(facts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async *#keptExtents(kept: AsyncIterable<Extent[]>): AsyncGenerator<Extent[], void> {
    yield* this.#whileWanted(kept);
    if ((await this.#readState()) !== this.#checkedState) throw this.#changed();
  }

  async *#readExtents({seal}: SealedPatchFacts): AsyncGenerator<Extent[], void> {
    const decoder = new PatchDecoder();
    const hash = createHash('sha256');
    for await (const piece of this.#part(0, seal.patchBytes)) {
      hash.update(piece);
      const extents: Extent[] = [];
      for (const event of decoder.push(piece)) if (event.kind === 'extent') extents.push(event);
      yield extents;
    }
    decoder.finish();
    if (!hash.digest().equals(seal.patchSha256)) throw this.#changed();
  }

  async *#readRuns({seal, sealSha256}: SealedPatchFacts): AsyncGenerator<SealedRun[], void> {
    const decoder = new SealDecoder(seal);
    for await (const piece of this.#part(seal.patchBytes)) {
      const runs: SealedRun[] = [];
      for (const event of decoder.push(piece)) {
        if (event.kind === 'blocks') runs.push(event);
        if (event.kind === 'end' && !Buffer.from(event.sha256).equals(sealSha256)) throw this.#changed();
      }
      yield runs;
    }
    decoder.finish();
  }

  /** A part of the file. Without `end`, all to its end. */
  #part(start: number, end?: number): AsyncGenerator<Uint8Array, void> {
    return readPieces({path: this.path, handle: this.#handle, start, end, signal: this.#signal});
  }

  async *#whileWanted<Event>(batches: AsyncIterable<Event>): AsyncGenerator<Event, void> {
    for await (const batch of batches) {
      throwIfCancelled(this.#signal);
      yield batch;
    }
  }

  /** Another one when somebody has written to the file, as far as the file system tells. */
  async #readState(): Promise<string> {
    const {size, mtimeNs} = await this.#handle.stat({bigint: true});
    return `${size} ${mtimeNs}`;
  }

  #changed(): BdsyncError {
    return new BdsyncError('invalid-patch', `the patch ${this.path} has changed since it was checked`);
  }
}

function requireKnownDigest({digest, digestBytes}: SealHeader): void {
  const known = findDigest(digest);
  if (known?.digestBytes === digestBytes) return;
  const trouble = known
    ? `has digests of ${digestBytes} bytes, ${digest} has ${known.digestBytes}`
    : 'is not known here';
  throw new BdsyncError('invalid-patch', `the digest ${JSON.stringify(digest)} of the seal ${trouble}`);
}

/** Old content is saved from what was compared. */
function requireComparedRange(header: PatchHeader, {comparedBytes, targetBytes}: SealHeader): void {
  if (comparedBytes === targetBytes || header.sizeBytes <= comparedBytes) return;
  const trouble = `covers ${comparedBytes} of ${targetBytes} bytes of the target, the patch ${header.sizeBytes}`;
  throw new BdsyncError('invalid-patch', `the seal of the patch ${trouble}`);
}
