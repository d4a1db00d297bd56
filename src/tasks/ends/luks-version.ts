import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {pageAligned} from '../../bdsync/hash/page-aligned.js';

// u8[6] "LUKS\xba\xbe" | u16be version, in LUKS1 and LUKS2 alike.
const LUKS_MAGIC = Buffer.from('LUKS\xba\xbe', 'latin1');
const PAGE_BYTES = 4096;
const LUKS_VERSIONS: readonly number[] = [1, 2];

/** Undefined for what is no LUKS volume, or cannot be read: others tell of that. */
export async function luksVersionOf(path: string): Promise<number | undefined> {
  const header = (await readStart(path, constants.O_DIRECT)) ?? (await readStart(path, 0));
  return header && parseLuksVersion(header);
}

/** What `parseLuksVersion` needs of a device. */
export const LUKS_START_BYTES = LUKS_MAGIC.length + 2;

/** Undefined for what is no start of a LUKS volume. */
export function parseLuksVersion(start: Buffer): number | undefined {
  if (start.length < LUKS_START_BYTES || !start.subarray(0, LUKS_MAGIC.length).equals(LUKS_MAGIC)) return undefined;
  const version = start.readUInt16BE(LUKS_MAGIC.length);
  return LUKS_VERSIONS.includes(version) ? version : undefined;
}

/** The first page. Directly, where the file allows it: a task with flush_cache leaves the page cache alone. */
async function readStart(path: string, flag: number): Promise<Buffer | undefined> {
  const page = pageAligned(PAGE_BYTES);
  try {
    await using handle = await open(path, constants.O_RDONLY | flag);
    await handle.read(page, 0, page.length, 0);
    return page;
  } catch {
    return undefined;
  }
}
