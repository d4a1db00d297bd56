import {isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {codeOf, messageOf} from '../../errors.js';
import {ConfigError} from './config-error.js';

/** Far above any file that people write; a device or an image named by mistake ends here. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/**
 * The bytes of a configuration file; it may be a pipe. The hint is for one that is not there.
 *
 * @throws ConfigError 'config-unreadable'
 */
export async function readConfigBytes(file: string, hintForMissing?: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // One byte more than is allowed is enough to know.
    for await (const chunk of createReadStream(file, {end: MAX_CONFIG_BYTES})) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw unreadable(file, reasonOf(error), {
      cause: error,
      hint: codeOf(error) === 'ENOENT' ? hintForMissing : undefined,
    });
  }
  if (bytes > MAX_CONFIG_BYTES) throw unreadable(file, `it has more than ${MAX_CONFIG_BYTES} bytes`);
  return Buffer.concat(chunks);
}

/** The text of a configuration file, or the line (from 1) that holds the first byte that is not UTF-8. */
export function decodeConfigBytes(
  bytes: Uint8Array,
): {readonly state: 'decoded'; readonly text: string} | {readonly state: 'not-utf8'; readonly line: number} {
  if (isUtf8(bytes)) return {state: 'decoded', text: new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes)};
  let line = 1;
  for (let start = 0; ; line += 1) {
    // No byte of a longer character equals a line feed: lines can be judged one by one.
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return {state: 'not-utf8', line};
    start = end + 1;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

function reasonOf(error: unknown): string {
  return REASONS[codeOf(error) ?? ''] ?? messageOf(error);
}

function unreadable(file: string, reason: string, details: {cause?: unknown; hint?: string | undefined} = {}) {
  return new ConfigError('config-unreadable', `cannot read the configuration ${file}: ${reason}`, {file}, details);
}
