import {Transform, type TransformCallback} from 'node:stream';
import {asError} from '../../errors.js';
import type {Direction, TrafficMeter} from '../traffic-meter.js';

/** Passes bytes on as the meter admits them; without a meter it only passes them on. */
export class MeteredPassage extends Transform {
  readonly #direction: Direction;
  readonly #meter: TrafficMeter | undefined;
  readonly #closed = new AbortController();

  constructor(direction: Direction, meter: TrafficMeter | undefined) {
    super();
    this.#direction = direction;
    this.#meter = meter;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#meter === undefined) {
      callback(null, chunk);
    } else {
      void this.#passMetered(chunk, this.#meter, callback);
    }
  }

  async #passMetered(chunk: Uint8Array, meter: TrafficMeter, callback: TransformCallback): Promise<void> {
    let failure: Error | null = null;
    try {
      for (const piece of meter.pieces(chunk)) {
        await meter.admit(this.#direction, piece.length, this.#closed.signal);
        // One chunk is small; between chunks the transform obeys back-pressure.
        this.push(piece);
      }
    } catch (error) {
      failure = asError(error);
    }
    callback(failure);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#closed.abort();
    callback(error);
  }
}
