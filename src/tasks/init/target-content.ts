import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';

/** util-linux's; one that knows no `-p`, as busybox's, prints nothing here. */
const LOOK_SCRIPT = 'PATH="$PATH:/usr/sbin:/sbin"; blkid -p -o export -- "$1" 2>/dev/null; true';

/**
 * What is on a target, by its first bytes: `ext4`, `crypto_LUKS`, `a partition table (gpt)`. Undefined where nothing is
 * known, or nobody there can tell.
 */
export async function contentOfTarget(host: Host, path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const {stdout} = await host.run(['sh', '-c', LOOK_SCRIPT, 'sh', path], {signal});
    return parseContent(stdout);
  } catch (error) {
    if (error instanceof HostError && !signal.aborted) return undefined;
    throw error;
  }
}

/** Of lines `NAME=value`. */
export function parseContent(text: string): string | undefined {
  const [, type] = /^TYPE=([\w.-]+)$/m.exec(text) ?? [];
  if (type !== undefined) return type;
  const [, table] = /^PTTYPE=([\w.-]+)$/m.exec(text) ?? [];
  return table === undefined ? undefined : `a partition table (${table})`;
}
