import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {pageAligned} from '../../bdsync/hash/page-aligned.js';
import type {DeviceIdentity} from '../../device-identity.js';
import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {openedCryptName} from '../../opened-crypt.js';
import type {TaskPlan} from '../plan.js';

/** What a user should know about the encryption of a source that is copied by a plan. */
export interface EncryptionRemarks {
  readonly warning: {readonly message: string; readonly hint: string} | undefined;
  /** Worth a line where everything is told. */
  readonly fact: string | undefined;
  /** Something in the configuration that is of no use. */
  readonly note: string | undefined;
}

// u8[6] "LUKS\xba\xbe" | u16be version, in LUKS1 and LUKS2 alike.
const LUKS_MAGIC = Buffer.from('LUKS\xba\xbe', 'latin1');
const PAGE_BYTES = 4096;
const LUKS_VERSIONS: readonly number[] = [1, 2];
const ASK_TIMEOUT_MS = 30_000;

/** `source` was found at the plan's path; `host` is the target's. */
export async function remarkOnEncryption(
  plan: TaskPlan,
  source: DeviceIdentity,
  host: Host,
  signal: AbortSignal,
): Promise<EncryptionRemarks> {
  const openedAs = source.kind === 'block' ? await openedCryptName(source) : undefined;
  const luksVersion = await luksVersionOf(plan.sourcePath);
  const isExposed =
    openedAs !== undefined && !plan.allowPlaintext && !(await isSameMachine(host, source.bootId, signal));
  return {
    warning: isExposed ? exposure(plan.sourcePath, openedAs) : undefined,
    fact:
      luksVersion === undefined
        ? undefined
        : `source ${plan.sourcePath} is encrypted (LUKS${luksVersion}) and copied as it is, unopened`,
    note: luksVersion === undefined ? undefined : uselessOption(plan, luksVersion),
  };
}

function exposure(path: string, openedAs: string): EncryptionRemarks['warning'] {
  return {
    message:
      `the source ${path} is the opened encrypted volume ${openedAs}: its plain text leaves this machine, and the copy ` +
      'is not encrypted',
    hint: 'name the volume below it in source_path, to copy it unopened; if this is meant: allow_plaintext = yes',
  };
}

function uselessOption({sourcePath, zeroBlocks}: TaskPlan, luksVersion: number): string | undefined {
  if (!zeroBlocks) return undefined;
  return `--zeroblocks is of no use: the source ${sourcePath} is ciphertext (LUKS${luksVersion}), without blocks of zeros`;
}

/** A connection may lead back to this machine, as with sudo. A host that does not tell is taken for another one. */
async function isSameMachine(host: Host, bootId: string, signal: AbortSignal): Promise<boolean> {
  if (host.isLocal) return true;
  try {
    const {stdout} = await host.run(['cat', '/proc/sys/kernel/random/boot_id'], {signal, timeoutMs: ASK_TIMEOUT_MS});
    return stdout.trim() === bootId;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

/** Undefined for what is no LUKS volume, or cannot be read: others tell of that. */
async function luksVersionOf(path: string): Promise<number | undefined> {
  const header = (await readStart(path, constants.O_DIRECT)) ?? (await readStart(path, 0));
  if (!header?.subarray(0, LUKS_MAGIC.length).equals(LUKS_MAGIC)) return undefined;
  const version = header.readUInt16BE(LUKS_MAGIC.length);
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
