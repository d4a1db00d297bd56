import {realpath} from 'node:fs/promises';
import {basename, dirname, join, posix, resolve} from 'node:path';
import {identifyPath, identityText, sysfsFolder} from '../../device-identity.js';
import {sshDestination} from '../../hosts/ssh-destination.js';
import {kernelText} from '../../kernel-text.js';
import {parseVolumePath} from '../../lvm/volume-path.js';
import type {LvmSnapshotConfig, TaskConfig} from '../config/task-config.js';
import type {Claim} from './claim.js';
import type {Contender} from './next-to-start.js';

/** `dry-run`: nothing is written, and no snapshot taken; `verify`: no target is written. */
export type Purpose = 'run' | 'verify' | 'dry-run';

/**
 * What a task needs, as far as that can be told before it begins, without a look at another machine. Paths on this one
 * are the same when they lead to the same device or file, paths on another when they are written alike.
 */
export async function taskClaims(config: TaskConfig, purpose: Purpose): Promise<Contender> {
  const {connectionCommand: connection, sourcePath, targetPath, lvmSnapshot} = config;
  const isLocal = connection.length === 0;
  const claims: Claim[] = [];
  if (purpose === 'run') {
    const target = isLocal ? await keyHere(targetPath) : JSON.stringify([connection, posix.normalize(targetPath)]);
    // The target of one task may well be the source of another.
    claims.push({key: target, mode: 'exclusive'}, {key: await keyHere(sourcePath), mode: 'shared'});
  }
  if (lvmSnapshot && purpose !== 'dry-run') claims.push(await snapshotClaim(sourcePath, lvmSnapshot));
  return {claims, host: hostKey(connection)};
}

/** Of a command other than ssh nobody knows which of its words name the host: each is one of its own. */
function hostKey(connection: readonly string[]): string {
  return JSON.stringify(sshDestination(connection) ?? connection);
}

/** Of what is not there yet: where it would be. */
async function keyHere(path: string): Promise<string> {
  const identity = await identifyPath(path);
  if (identity !== undefined) return `here ${identityText(identity)}`;
  const full = resolve(path);
  const folder = await realpath(dirname(full)).catch(() => dirname(full));
  return `here ${join(folder, basename(full))}`;
}

/** A name is there once in each group. */
async function snapshotClaim(sourcePath: string, {name}: LvmSnapshotConfig): Promise<Claim> {
  return {key: JSON.stringify(['snapshot', (await groupOf(sourcePath)) ?? '', name]), mode: 'exclusive'};
}

/** As the kernel names the volume, whichever path leads to it; undefined for what is none. */
async function groupOf(sourcePath: string): Promise<string | undefined> {
  const identity = await identifyPath(sourcePath);
  const mapping = identity?.kind === 'block' ? await kernelText(`${sysfsFolder(identity)}/dm/name`) : undefined;
  return parseVolumePath(mapping === undefined ? sourcePath : `/dev/mapper/${mapping}`)?.vg;
}
