import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, rm, symlink, utimes, lutimes, writeFile, chmod} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {controlFiles} from './control-files.js';
import type {DebRequest} from './deb-request.js';
import {packageTree} from './package-tree.js';
import type {TreeEntry} from './tree-entry.js';

/** The revision of the package, of the same sources. */
const REVISION = 1;

/** Makes the Debian package of a built checkout, byte by byte the same from the same sources; returns its path. */
export async function buildDeb(request: DebRequest): Promise<string> {
  const {outFolder, dateSeconds} = request;
  const debianVersion = `${request.version}-${REVISION}`;
  const tree = await packageTree(request, debianVersion);
  const control = controlFiles(request, debianVersion, tree);
  const stage = await mkdtemp(join(tmpdir(), 'bdsync-manager-deb-'));
  try {
    await writeTree(stage, [...tree, ...control], dateSeconds);
    await mkdir(outFolder, {recursive: true});
    const path = join(outFolder, `bdsync-manager_${debianVersion}_all.deb`);
    await promisify(execFile)('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', stage, path], {
      // What several threads compress depends on their number.
      env: {...process.env, SOURCE_DATE_EPOCH: String(dateSeconds), DPKG_DEB_THREADS_MAX: '1'},
    });
    return path;
  } finally {
    await rm(stage, {recursive: true, force: true});
  }
}

async function writeTree(stage: string, entries: readonly TreeEntry[], dateSeconds: number): Promise<void> {
  const folders = new Set<string>([stage]);
  for (const entry of entries) {
    const path = join(stage, entry.path);
    for (let folder = dirname(path); folder.length >= stage.length; folder = dirname(folder)) folders.add(folder);
    await mkdir(dirname(path), {recursive: true});
    if (entry.kind === 'link') {
      await symlink(entry.target, path);
      await lutimes(path, dateSeconds, dateSeconds);
    } else {
      await writeFile(path, entry.content);
      // Whatever the umask was.
      await chmod(path, entry.mode);
      await utimes(path, dateSeconds, dateSeconds);
    }
  }
  for (const folder of folders) {
    await chmod(folder, 0o755);
    await utimes(folder, dateSeconds, dateSeconds);
  }
}
