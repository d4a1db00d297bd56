import type {DeviceIdentity} from '../../device-identity.js';
import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {openedCryptName} from '../../opened-crypt.js';
import type {TaskPlan} from '../plan.js';
import {luksVersionOf} from './luks-version.js';

/** What a user should know about the encryption of a source that is copied by a plan. */
export interface EncryptionRemarks {
  readonly warning: {readonly message: string; readonly hint: string} | undefined;
  /** Worth a line where everything is told. */
  readonly fact: string | undefined;
  /** Something in the configuration that is of no use. */
  readonly note: string | undefined;
}

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
