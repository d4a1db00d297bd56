import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {DebRequest} from './deb-request.js';
import {POSTINST} from './postinst.js';
import {POSTRM} from './postrm.js';
import {PRERM} from './prerm.js';
import {fileEntry, type TreeEntry} from './tree-entry.js';

/** What dpkg reads of the package, in its folder DEBIAN. */
export function controlFiles(request: DebRequest, debianVersion: string, tree: readonly TreeEntry[]): TreeEntry[] {
  return [
    fileEntry('DEBIAN/control', controlText(request, debianVersion, tree)),
    fileEntry('DEBIAN/conffiles', conffiles(tree)),
    fileEntry('DEBIAN/md5sums', md5sums(tree)),
    fileEntry('DEBIAN/postinst', POSTINST, 0o755),
    fileEntry('DEBIAN/prerm', PRERM, 0o755),
    fileEntry('DEBIAN/postrm', POSTRM, 0o755),
  ];
}

const BLOCK_BYTES = 1024;

function controlText({root, maintainer}: DebRequest, debianVersion: string, tree: readonly TreeEntry[]): string {
  // Each file and link takes at least a block, as dpkg-gencontrol counts.
  const sizes = tree.map((entry) => (entry.kind === 'file' ? Math.ceil(entry.content.length / BLOCK_BYTES) : 1));
  const installedKib = sizes.reduce((sum, size) => sum + size, 0);
  return `Package: bdsync-manager
Version: ${debianVersion}
Architecture: all
Maintainer: ${maintainer.name} <${maintainer.email}>
Installed-Size: ${installedKib}
Depends: nodejs (>= ${leastNode(root)})
Recommends: lvm2, openssh-client
Suggests: cryptsetup-bin, thin-provisioning-tools
Conflicts: bdsync
Replaces: bdsync
Provides: bdsync
Section: admin
Priority: optional
Description: keep copies of block devices in step over ssh
 bdsync-manager brings block devices and disk images in step with their copies,
 on another disk or on another machine behind ssh. Both ends compare digests of
 their blocks, and only the blocks that differ are sent. It reads from LVM
 snapshots where that is wanted, and tells what happened.
 .
 The package has a program bdsync as well, which takes the place of the original
 one: it speaks the same protocol and reads and writes the same patches.
`;
}

/** `20.5` of the `>=20.5` in package.json. */
function leastNode(root: string): string {
  const {engines}: {engines: {node: string}} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, version] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
  if (version === undefined) throw new Error(`package.json wants Node.js ${engines.node}, which is no least version`);
  return version;
}

/** What an upgrade leaves as the administrator has made it. */
function conffiles(tree: readonly TreeEntry[]): string {
  const paths = tree.map(({path}) => path).filter((path) => path.startsWith('etc/'));
  return paths.map((path) => `/${path}\n`).join('');
}

function md5sums(tree: readonly TreeEntry[]): string {
  return tree
    .flatMap((entry) => (entry.kind === 'file' ? [entry] : []))
    .filter(({path}) => !path.startsWith('etc/'))
    .map(({path, content}) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`)
    .join('');
}
