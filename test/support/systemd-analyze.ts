import {spawnSync} from 'node:child_process';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {STRANGER_ID} from './as-stranger.js';

/** Why units cannot be given to systemd's own judgement here; undefined when they can. */
export const noSystemdAnalyze: string | undefined = spawnSync('systemd-analyze', ['--version']).error
  ? 'systemd-analyze is not installed (Debian: systemd)'
  : undefined;

const SYSTEMD = '/usr/lib/systemd/systemd';

/** Why systemd cannot be made to read units without starting them; undefined when it can. */
export const noSystemdTest: string | undefined =
  process.getuid?.() !== 0
    ? 'only root can become another user'
    : spawnSync(SYSTEMD, ['--version']).error
      ? 'systemd is not installed (Debian: systemd)'
      : undefined;

/** What `systemd-analyze verify` finds in units, each by its file. Empty for units in order. */
export async function verifyUnits(folder: string, units: Readonly<Record<string, string>>): Promise<string> {
  const paths = await writeUnits(folder, units);
  const {stdout, stderr, status} = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {encoding: 'utf8'});
  return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`;
}

/** The exposure of a service, from 0 to 10, as `systemd-analyze security` reckons it. */
export async function exposureOf(folder: string, service: string): Promise<number> {
  const paths = await writeUnits(folder, {'exposed.service': service});
  const words = ['security', '--offline=yes', '--no-pager', ...paths];
  const {stdout} = spawnSync('systemd-analyze', words, {encoding: 'utf8'});
  return Number(/Overall exposure level for exposed\.service: (\d+\.\d)/.exec(stdout)?.[1]);
}

/** The words of each ExecStart of a service, as systemd itself reads them; it starts nothing. */
export async function readCommands(folder: string, service: string): Promise<string[][]> {
  await writeUnits(folder, {'read.service': service, 'basic.target': '[Unit]\nWants=read.service\n'});
  await chmod(folder, 0o755);
  // It does not test as root. Where it stands, nothing of the machine is to be found.
  const script = `cd / && exec setpriv --reuid=${STRANGER_ID} --clear-groups "$@"`;
  const words = [SYSTEMD, '--test', '--system', '--unit=basic.target', '--no-pager'];
  const env = {PATH: process.env['PATH'], SYSTEMD_UNIT_PATH: folder, XDG_RUNTIME_DIR: '/nonexistent'};
  const {stdout, stderr} = spawnSync('sh', ['-c', script, 'sh', ...words], {env, encoding: 'utf8', maxBuffer: 2 ** 26});
  const lines = [...stdout.matchAll(/^\s*Command Line: (.*)$/gm)].map(([, line]) => line ?? '');
  if (lines.length === 0) throw new Error(`systemd --test tells of no command: ${stderr.slice(0, 2000)}`);
  return lines.map(shownWords);
}

/** As systemd writes them: bare, or in double quotes with a backslash before what means something there. */
function shownWords(line: string): string[] {
  return [...line.matchAll(/(?<=^| )(?:"((?:[^"\\]|\\.)*)"|([^ "]+))(?= |$)/g)].map(
    ([, quoted, bare]) => bare ?? (quoted ?? '').replaceAll(/\\(.)/gu, '$1'),
  );
}

async function writeUnits(folder: string, units: Readonly<Record<string, string>>): Promise<string[]> {
  await mkdir(folder, {recursive: true});
  for (const [name, text] of Object.entries(units)) await writeFile(join(folder, name), text);
  return Object.keys(units).map((name) => join(folder, name));
}
