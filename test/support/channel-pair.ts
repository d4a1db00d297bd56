import {PassThrough} from 'node:stream';
import type {ByteChannel} from '#dist/bdsync/conversation/byte-channel.js';

export interface ChannelPair {
  readonly client: ByteChannel;
  readonly server: ByteChannel;
}

/** Two ends of one connection within this process, each direction with the buffer of a small pipe. */
export function channelPair(bufferBytes = 16384): ChannelPair {
  const toServer = new PassThrough({highWaterMark: bufferBytes});
  const toClient = new PassThrough({highWaterMark: bufferBytes});
  return {client: {input: toClient, output: toServer}, server: {input: toServer, output: toClient}};
}
