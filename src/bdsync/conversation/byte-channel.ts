import type {Readable, Writable} from 'node:stream';

/** The two raw byte streams to a peer. Whoever opens a channel closes it. */
export interface ByteChannel {
  readonly input: Readable;
  readonly output: Writable;
}
