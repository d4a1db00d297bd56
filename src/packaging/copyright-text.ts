import {type BundledPackage, bundledPackages} from './bundled-packages.js';

/**
 * The file `copyright` of Debian: our license, and the notices of all packages of which the bundled programs have a
 * part, as their licenses want it.
 */
export async function copyrightText(root: string): Promise<string> {
  return HEAD + (await bundledPackages(root)).map(noticeOf).join('');
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

function noticeOf({name, folder, version, license, licenseLines}: BundledPackage): string {
  const holders = licenseLines.filter((line) => HOLDER.test(line)).map((line) => line.trim());
  return `
Files: ${folder}/*
Copyright: ${holders.join('\n           ') || `the authors of ${name}`}
Comment: version ${version}, bundled into the programs
License: ${license}
${(COMMON_LICENSES[license] ?? licenseLines).map(continued).join('\n')}
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
