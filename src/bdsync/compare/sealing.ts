import {BdsyncError} from '../errors.js';
import type {DigestAlgorithm} from '../hash/digest.js';
import type {PatchWriter} from '../patch/patch-writer.js';
import {MAX_SEALED_BLOCK_BYTES} from '../patch/seal-format.js';
import {SealSpool} from '../patch/seal-spool.js';
import type {DiffOptions} from './diff-options.js';

/** Asks for a seal behind the patch. */
export interface SealRequest {
  /** As `lastingIdentity` has it on the target's machine; empty when it is unknown. */
  readonly targetIdentity: string;
}

export interface SealingOptions {
  readonly request: SealRequest;
  readonly options: DiffOptions;
  readonly algorithm: DigestAlgorithm;
  readonly salt: Uint8Array;
}

/** Gathers what a seal says while two devices are compared, and puts it behind the patch. */
export class Sealing implements AsyncDisposable {
  readonly #options: SealingOptions;
  readonly #spool: SealSpool;

  /** @throws BdsyncError 'invalid-parameters' for options that do not go together with a seal. */
  constructor(options: SealingOptions) {
    const {blockBytes, remoteData} = options.options;
    if (remoteData) {
      throw new BdsyncError('invalid-parameters', 'a patch for the local device (--remdata) cannot be sealed');
    }
    if (blockBytes > MAX_SEALED_BLOCK_BYTES) {
      const expected = `at most ${MAX_SEALED_BLOCK_BYTES} bytes in a patch that is sealed`;
      throw new BdsyncError('invalid-parameters', `bad block size ${blockBytes}, expected ${expected}`);
    }
    this.#options = options;
    this.#spool = new SealSpool({digestBytes: options.algorithm.digestBytes});
  }

  /** Consecutive blocks that differ, in the patch's order, by the digests of what the target has. */
  async note(position: number, digests: Uint8Array): Promise<void> {
    await this.#spool.add(position, digests);
  }

  /** After the patch's end. `comparedBytes`: what lies beyond in the target counted as zeros. */
  async finish(
    patch: PatchWriter,
    target: {readonly targetBytes: number; readonly comparedBytes: number},
  ): Promise<void> {
    const {request, algorithm, salt, options} = this.#options;
    const {name: digest, digestBytes} = algorithm;
    const {blockBytes} = options;
    await patch.seal({...target, ...request, digest, digestBytes, salt, blockBytes}, this.#spool.pieces());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spool[Symbol.asyncDispose]();
  }
}
