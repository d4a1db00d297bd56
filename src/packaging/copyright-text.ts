import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * The file `copyright` of Debian: our license, and the notices of all packages of which the bundled programs have a
 * part, as their licenses want it.
 */
export async function copyrightText(root: string): Promise<string> {
  const notices: string[] = [];
  for (const name of await bundledPackages(root)) notices.push(await noticeOf(root, name));
  return HEAD + notices.join('');
}

const HEAD = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bdsync-manager

Files: *
Copyright: the authors of bdsync-manager
License: GPL-3.0-or-later
 This program is free software: you can redistribute it and/or modify it under
 the terms of the GNU General Public License as published by the Free Software
 Foundation, either version 3 of the License, or (at your option) any later
 version.
 .
 This program is distributed in the hope that it will be useful, but WITHOUT
 ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS
 FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.
 .
 On Debian systems, the text of version 3 is in
 /usr/share/common-licenses/GPL-3.
`;

const NOTE_OF_BUNDLER = /^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm;

/** The bundler notes above each module where it is from. */
async function bundledPackages(root: string): Promise<string[]> {
  const folder = join(root, 'dist/programs');
  const names = new Set<string>();
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, name = ''] of text.matchAll(NOTE_OF_BUNDLER)) names.add(name);
  }
  if (names.size === 0) throw new Error(`the bundles in ${folder} do not tell which packages they are made of`);
  return [...names].toSorted();
}

async function noticeOf(root: string, name: string): Promise<string> {
  const folder = join(root, 'node_modules', name);
  const {version, license}: {version: string; license: string} = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const file = (await readdir(folder)).find((each) => /^licen[cs]e(?:-\w+)?(?:\.\w+)?$/i.test(each));
  if (file === undefined) throw new Error(`${name} has no file with its license`);
  const text = (await readFile(join(folder, file), 'utf8')).trim().split(/\r?\n/);
  const holders = text.filter((line) => HOLDER.test(line)).map((line) => line.trim());
  return `
Files: node_modules/${name}/*
Copyright: ${holders.join('\n           ') || `the authors of ${name}`}
Comment: version ${version}, bundled into the programs
License: ${license}
${(COMMON_LICENSES[license] ?? text).map(continued).join('\n')}
`;
}

const HOLDER = /^ *copyright (?:\(c\)|\d|[A-Z])/i;

/** A text that every Debian system has is named instead. */
const COMMON_LICENSES: Readonly<Record<string, readonly string[]>> = {
  'Apache-2.0': ['On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.'],
};

/** A line of a field that goes on. */
function continued(line: string): string {
  return line.trim() === '' ? ' .' : ` ${line.trim()}`;
}
