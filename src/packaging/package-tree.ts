import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {BASH_SCRIPT} from '../cli/manager/completion/bash-script.js';
import {FISH_SCRIPT} from '../cli/manager/completion/fish-script.js';
import {ZSH_SCRIPT} from '../cli/manager/completion/zsh-script.js';
import {copyrightText} from './copyright-text.js';
import type {DebRequest} from './deb-request.js';
import {debianChangelog} from './debian-changelog.js';
import {HOME} from './home.js';
import {initialConfiguration} from './initial-configuration.js';
import {packagedSchedule} from './packaged-schedule.js';
import {fileEntry, type TreeEntry} from './tree-entry.js';

/** By their names, the files in bin. */
const PROGRAMS = {bdsync: 'bdsync.cjs', 'bdsync-manager': 'bdsync-manager.js'};
const DOC = 'usr/share/doc/bdsync-manager';
const OVERRIDES = `# It may name passwords.
bdsync-manager: non-standard-file-perm 0640 != 0644 [etc/bdsync-manager.conf]
# It is not made for the archive of Debian.
bdsync-manager: initial-upload-closes-no-bugs *
`;
/** The shebang of a checkout finds Node.js by the PATH; the package knows where its own is. */
const SHEBANG = /^#!.*/;
/** It may name passwords. */
const CONFIGURATION_MODE = 0o640;

/** What the package installs, sorted by path. */
export async function packageTree(request: DebRequest, debianVersion: string): Promise<TreeEntry[]> {
  const {root} = request;
  const read = (path: string): Promise<Buffer> => readFile(join(root, path));
  const under = async (folder: string, ending: string): Promise<string[]> =>
    (await readdir(join(root, folder))).filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name}`);
  const copied = async (path: string, to: string): Promise<TreeEntry> => fileEntry(to, await read(path));

  const home = [
    'package.json',
    ...(await under('dist/programs', '.js')),
    ...(await under('dist/bdsync/kernels', '.wasm')),
  ];
  const examples = await under('examples', '.conf');
  const pages = await under('man', '');
  const entries = [
    ...(await Promise.all(home.map((path) => copied(path, `${HOME}/${path}`)))),
    ...(await Promise.all(Object.values(PROGRAMS).map(async (file) => programEntry(file, await read(`bin/${file}`))))),
    ...Object.entries(PROGRAMS).map(linkToProgram),
    ...(await Promise.all(pages.map(async (path) => pageEntry(path, await read(path))))),
    ...(await Promise.all(examples.map((path) => copied(path, `${DOC}/${path}`)))),
    ...(await Promise.all(
      ['README.md', ...(await under('docs', '.md'))].map((path) => copied(path, `${DOC}/${path}`)),
    )),
    fileEntry(`${DOC}/changelog.gz`, compress(await read('CHANGELOG.md'))),
    fileEntry(`${DOC}/changelog.Debian.gz`, compress(Buffer.from(debianChangelog(request, debianVersion)))),
    fileEntry(`${DOC}/copyright`, await copyrightText(root)),
    fileEntry('usr/share/lintian/overrides/bdsync-manager', OVERRIDES),
    fileEntry(
      'etc/bdsync-manager.conf',
      initialConfiguration((await read('examples/nightly-lvm-host.conf')).toString()),
      CONFIGURATION_MODE,
    ),
    ...completions(),
    ...packagedSchedule(),
  ];
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function programEntry(file: string, content: Buffer): TreeEntry {
  return fileEntry(`${HOME}/bin/${file}`, content.toString().replace(SHEBANG, '#!/usr/bin/node'), 0o755);
}

function linkToProgram([name, file]: readonly [string, string]): TreeEntry {
  return {kind: 'link', path: `usr/bin/${name}`, target: `../share/bdsync-manager/bin/${file}`};
}

function pageEntry(path: string, content: Buffer): TreeEntry {
  return fileEntry(`usr/share/man/man${path.slice(-1)}/${basename(path)}.gz`, compress(content));
}

/** bash and fish look for a file of the name of the program. */
function completions(): TreeEntry[] {
  const bash = 'usr/share/bash-completion/completions';
  const fish = 'usr/share/fish/vendor_completions.d';
  return [
    fileEntry(`${bash}/bdsync-manager`, BASH_SCRIPT),
    {kind: 'link', path: `${bash}/bdsync`, target: 'bdsync-manager'},
    fileEntry(`${fish}/bdsync-manager.fish`, FISH_SCRIPT),
    {kind: 'link', path: `${fish}/bdsync.fish`, target: 'bdsync-manager.fish'},
    fileEntry('usr/share/zsh/vendor-completions/_bdsync-manager', ZSH_SCRIPT),
  ];
}

/** Without a name and a time in it. */
function compress(content: Buffer): Buffer {
  return gzipSync(content, {level: 9});
}
