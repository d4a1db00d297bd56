import {BdsyncError} from '../errors.js';
import {MAX_DEVICE_NAME_BYTES} from '../patch/patch-format.js';
import type {OnVerbose} from '../verbose.js';
import {
  devfilePath,
  encodeDevfile,
  encodeHello,
  MIN_DEVFILE_BYTES,
  parseHello,
  parseSize,
} from '../wire/opening-messages.js';
import type {Conversation} from './conversation.js';

/** @throws BdsyncError 'invalid-parameters' for a path that no server can be told. */
export function checkRemotePath(path: string): void {
  const bytes = Buffer.byteLength(devfilePath(path));
  if (bytes >= MIN_DEVFILE_BYTES && bytes <= MAX_DEVICE_NAME_BYTES && !path.includes('\0')) return;
  const expected = `${MIN_DEVFILE_BYTES} to ${MAX_DEVICE_NAME_BYTES} bytes without a NUL`;
  throw new BdsyncError('invalid-parameters', `bad remote path ${JSON.stringify(path)}, expected ${expected}`);
}

/** Names the device to the server; returns its size in bytes. */
export async function openRemote(
  conversation: Conversation,
  remotePath: string,
  onVerbose?: OnVerbose,
): Promise<number> {
  await conversation.send(encodeHello('CLIENT'));
  const name = parseHello(await conversation.receive('hello', 'its hello'));
  onVerbose?.(1, `server ${name}`);
  await conversation.send(encodeDevfile(devfilePath(remotePath)));
  const sizeBytes = parseSize(await conversation.receive('size', `the size of ${remotePath}`));
  onVerbose?.(1, `remote device ${remotePath}, ${sizeBytes} bytes`);
  return sizeBytes;
}
