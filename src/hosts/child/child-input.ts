import {Writable} from 'node:stream';
import {asError} from '../../errors.js';
import type {TrafficMeter} from '../traffic-meter.js';

const HIGH_WATER_MARK_BYTES = 262_144;

type Callback = (error?: Error | null) => void;

/**
 * A child's standard input. When the child does not read on, what is being written waits for the child's ending and
 * fails with it: a broken pipe says nothing, the ending tells why. Nobody needs to listen to its errors.
 */
export class ChildInput extends Writable {
  readonly #raw: Writable;
  readonly #failure: Promise<Error>;
  readonly #meter: TrafficMeter | undefined;
  readonly #closed = new AbortController();

  /** `failure` resolves, once the child has ended, with what there is to tell about it. */
  constructor(raw: Writable, failure: Promise<Error>, meter: TrafficMeter | undefined) {
    super({highWaterMark: HIGH_WATER_MARK_BYTES, decodeStrings: true});
    this.#raw = raw;
    this.#failure = failure;
    this.#meter = meter;
    raw.on('error', () => {});
    this.on('error', () => {});
    void this.#failAtTheEnd();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    void this.#hand(chunk, callback);
  }

  override _final(callback: Callback): void {
    // Everything was taken; whether the child has also read it, its ending tells.
    this.#raw.end(() => callback());
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#closed.abort();
    if (!this.writableFinished) this.#raw.destroy();
    callback(error);
  }

  async #failAtTheEnd(): Promise<void> {
    const error = await this.#failure;
    if (!this.writableFinished) this.destroy(error);
  }

  async #hand(chunk: Uint8Array, callback: Callback): Promise<void> {
    let failure: Error | null = null;
    try {
      for (const piece of this.#meter?.pieces(chunk) ?? [chunk]) {
        await this.#meter?.admit('sent', piece.length, this.#closed.signal);
        await this.#writeRaw(piece);
      }
    } catch (error) {
      failure = asError(error);
    }
    callback(failure);
  }

  async #writeRaw(bytes: Uint8Array): Promise<void> {
    const wasTaken = await new Promise<boolean>((resolve) => {
      this.#raw.write(bytes, (error) => resolve(!error));
    });
    if (!wasTaken) throw await this.#failure;
  }
}
