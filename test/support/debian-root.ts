import {spawnSync} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {type ProgramResult, runCommand} from './spawn-program.js';

/** A Debian system in a folder. */
export interface DebianRoot {
  readonly folder: string;
  /** Runs a shell script in it, as root, with a /proc of its own. */
  sh(script: string): Promise<ProgramResult>;
}

/** A tar file of one, made before, to save the time. */
const MADE_BEFORE = process.env['BDSYNC_DEBIAN_ROOT'];

/** Why there can be none here, or undefined. */
export function whyNoDebianRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make a Debian system in a folder';
  const programs = ['unshare', 'chroot', ...(MADE_BEFORE === undefined ? ['mmdebstrap'] : ['tar'])];
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length > 0) return `there is no ${missing.join(', ')}`;
  if (spawnSync('unshare', ['-m', '-p', '-f', 'true']).status !== 0) return 'unshare is not permitted here';
  return undefined;
}

/** Nothing of this machine's. */
const ENVIRONMENT = 'HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive';

/** apt's words for a mirror that does not answer. */
const UNREACHABLE = /Failed to fetch|Temporary failure resolving|Could not (?:resolve|connect)|Unable to connect/i;

/** Debian 13 with Node.js in `parent`, and nothing that is not needed for that; or why the mirror does not give it. */
export async function makeDebianRoot(parent: string): Promise<DebianRoot | {readonly unreachable: string}> {
  const folder = join(parent, 'root');
  await mkdir(folder);
  const {status, stderr} =
    MADE_BEFORE === undefined
      ? await runCommand('mmdebstrap', ['--quiet', '--variant=minbase', '--include=nodejs', 'trixie', folder])
      : await runCommand('tar', ['--extract', '--numeric-owner', '--directory', folder, '--file', MADE_BEFORE]);
  const unreachable = UNREACHABLE.exec(stderr)?.[0];
  if (status !== 0 && unreachable !== undefined) return {unreachable};
  if (status !== 0) throw new Error(`no Debian system: ${stderr}`);
  // What is mounted goes with the namespace.
  const enter = `mount -t proc proc "$0/proc" && exec env -i ${ENVIRONMENT} chroot "$0" /bin/sh -c "$1"`;
  return {
    folder,
    sh: (script) =>
      runCommand('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', enter, folder, script]),
  };
}
