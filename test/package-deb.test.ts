import {spawnSync} from 'node:child_process';
import {copyFile, mkdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {buildDeb} from '#dist/packaging/build-deb.js';
import {errorsOf, readConfig} from './support/read-config.js';
import {type DebianRoot, makeDebianRoot, whyNoDebianRoot} from './support/debian-root.js';
import {runCommand} from './support/spawn-program.js';
import {temporaryFolder} from './support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const manifest: {version: string; dependencies: Record<string, string>; scripts: Record<string, string>} = JSON.parse(
  await readFile(join(ROOT, 'package.json'), 'utf8'),
);
const {version} = manifest;
const DATE_SECONDS = 1_800_000_000;

function build(outFolder: string, ofVersion: string = version): Promise<string> {
  const maintainer = {name: 'bdsync-manager maintainers', email: 'bdsync-manager@example.org'};
  return buildDeb({root: ROOT, outFolder, version: ofVersion, dateSeconds: DATE_SECONDS, maintainer});
}

async function sh(script: string, ...words: string[]): Promise<string> {
  const {status, stdout, stderr} = await runCommand('sh', ['-ec', script, ...words]);
  expect(status, stderr).toBe(0);
  return stdout;
}

const hasDpkg = spawnSync('dpkg-deb', ['--version']).error === undefined;
if (!hasDpkg) console.warn('SKIPPED: the Debian package: there is no dpkg-deb');

describe.skipIf(!hasDpkg)('the Debian package', () => {
  test('is made of the same bytes each time, whatever the umask and the time', async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    const first = await build(one);
    const mask = process.umask(0o077);
    try {
      await build(other);
    } finally {
      process.umask(mask);
    }
    expect(basename(first)).toBe(`bdsync-manager_${version}-1_all.deb`);
    expect((await readFile(first)).equals(await readFile(join(other, basename(first))))).toBe(true);
  });

  test('is made in the folder release, by the command of the page', async () => {
    // Without its first half, which would make dist anew below the feet of other tests.
    expect(manifest.scripts['package:deb']).toBe('npm run build && node dist/packaging/write-deb.js');
    const epoch = {SOURCE_DATE_EPOCH: String(DATE_SECONDS)};
    const {status, stdout, stderr} = await runCommand('node', [join(ROOT, 'dist/packaging/write-deb.js')], epoch);
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    expect(stdout).toBe(`${ROOT}release/bdsync-manager_${version}-1_all.deb\n`);
    expect((await readFile(stdout.trimEnd())).equals(await readFile(await build(await temporaryFolder())))).toBe(true);
  });

  test('says what it needs, and that it takes the place of the original program', async () => {
    const fields = await sh('dpkg-deb --field "$0"', await build(await temporaryFolder()));
    expect(fields).toContain(`\nVersion: ${version}-1\nArchitecture: all\n`);
    expect(fields).toContain('\nDepends: nodejs (>= 20.5)\nRecommends: lvm2, openssh-client\n');
    expect(fields).toContain('\nConflicts: bdsync\nReplaces: bdsync\nProvides: bdsync\n');
    expect(Number(/^Installed-Size: (\d+)$/m.exec(fields)?.[1])).toBeGreaterThan(500);
  });

  test('has everything in its place, readable, of root, and sums that hold', async () => {
    const folder = await temporaryFolder();
    const path = await build(folder);
    const rows = (await sh('dpkg-deb --contents "$0"', path)).trimEnd().split('\n');
    const modes = new Map(rows.map((row) => [/ \.\/(.*)$/.exec(row)?.[1] ?? '', row.split(' ')[0] ?? '']));
    for (const row of rows) expect(row).toMatch(/^[dl-]\S+ root\/root .* 2027-01-15 08:00 /);
    const docs = 'usr/share/doc/bdsync-manager';
    for (const file of [
      'usr/share/man/man1/bdsync-manager.1.gz',
      'usr/share/man/man1/bdsync.1.gz',
      'usr/share/man/man5/bdsync-manager.conf.5.gz',
      'usr/share/bash-completion/completions/bdsync-manager',
      'usr/share/fish/vendor_completions.d/bdsync-manager.fish',
      'usr/share/zsh/vendor-completions/_bdsync-manager',
      'usr/lib/systemd/system/bdsync-manager.service',
      'usr/lib/systemd/system/bdsync-manager.timer',
      'usr/share/bdsync-manager/package.json',
      'usr/share/bdsync-manager/dist/programs/block-worker.js',
      'usr/share/bdsync-manager/dist/bdsync/kernels/md5.wasm',
      `${docs}/README.md`,
      `${docs}/changelog.gz`,
      `${docs}/changelog.Debian.gz`,
      `${docs}/copyright`,
      `${docs}/examples/nightly-lvm-host.conf`,
    ]) {
      expect([file, modes.get(file)]).toEqual([file, '-rw-r--r--']);
    }
    expect(modes.get('usr/share/bdsync-manager/bin/bdsync-manager.js')).toBe('-rwxr-xr-x');
    expect(modes.get('usr/bin/bdsync -> ../share/bdsync-manager/bin/bdsync.cjs')).toBe('lrwxrwxrwx');
    expect(modes.get('etc/bdsync-manager.conf')).toBe('-rw-r-----');
    expect([...modes.keys()].filter((name) => /demo|\.ts$|node_modules|packaging/.test(name))).toEqual([]);

    await sh(
      'dpkg-deb --raw-extract "$0" "$1" && cd "$1" && md5sum --quiet --check DEBIAN/md5sums',
      path,
      `${folder}/x`,
    );
    expect(await readFile(`${folder}/x/DEBIAN/conffiles`, 'utf8')).toBe('/etc/bdsync-manager.conf\n');
    expect(gunzipSync(await readFile(`${folder}/x/${docs}/changelog.gz`))).toEqual(
      await readFile(join(ROOT, 'CHANGELOG.md')),
    );
  });

  test('has the notices of the packages that the programs are made of', async () => {
    const folder = await temporaryFolder();
    await sh('dpkg-deb --extract "$0" "$1"', await build(folder), `${folder}/x`);
    const text = await readFile(`${folder}/x/usr/share/doc/bdsync-manager/copyright`, 'utf8');
    for (const name of [...Object.keys(manifest.dependencies), 'ms', 'cross-spawn', 'string-width']) {
      expect(text).toContain(`\nFiles: node_modules/${name}/*\nCopyright: `);
    }
    expect(text).toContain('Copyright (c) 2011 TJ Holowaychuk');
    expect(text).toContain(' THE SOFTWARE IS PROVIDED');
  });

  test('has units that start the program where the package has it', async () => {
    const folder = await temporaryFolder();
    await sh('dpkg-deb --extract "$0" "$1"', await build(folder), `${folder}/x`);
    const service = await readFile(`${folder}/x/usr/lib/systemd/system/bdsync-manager.service`, 'utf8');
    const [, node, program] = /^ExecStart=:(\S+) (\S+) run --config=\/etc\/bdsync-manager\.conf /m.exec(service) ?? [];
    expect(node).toBe('/usr/bin/node');
    expect(await readFile(`${folder}/x${program}`, 'utf8')).toMatch(/^#!\/usr\/bin\/node\n/);
  });

  test('has a configuration that does nothing until somebody edits it, and then is right', async () => {
    const folder = await temporaryFolder();
    await sh('dpkg-deb --extract "$0" "$1"', await build(folder), `${folder}/x`);
    const text = await readFile(`${folder}/x/etc/bdsync-manager.conf`, 'utf8');
    expect((await readConfig(text)).tasks).toEqual([]);
    const edited = await readConfig(text.replaceAll(/^#(?=\[|\w+ =)/gm, ''));
    expect(edited.tasks.map(({name}) => name)).toEqual(expect.arrayContaining(['root', 'home']));
    expect(errorsOf(edited)).toEqual({});
  });

  const hasLintian = spawnSync('lintian', ['--version']).error === undefined;
  if (!hasLintian) console.warn('SKIPPED: what lintian says of the Debian package: it is not installed');
  test.skipIf(!hasLintian)('has nothing that lintian calls an error or warns of', async () => {
    const path = await build(await temporaryFolder());
    const {status, stdout} = await runCommand('lintian', ['--allow-root', '--fail-on', 'error,warning', path]);
    expect({status, errors: stdout.split('\n').filter((line) => /^[EW]:/.test(line))}).toEqual({
      status: 0,
      errors: [],
    });
  });
});

const whyNot = hasDpkg ? whyNoDebianRoot() : 'there is no dpkg-deb';
if (whyNot !== undefined) console.warn(`SKIPPED: the Debian package, installed: ${whyNot}`);

describe.skipIf(whyNot !== undefined)('the Debian package, in a clean Debian 13', () => {
  test('is installed, works, is upgraded, removed and purged', async (context) => {
    const folder = await temporaryFolder();
    const root = await makeDebianRoot(folder);
    if ('unreachable' in root) {
      console.warn(`SKIPPED: the Debian package, installed: ${root.unreachable}`);
      return context.skip(root.unreachable);
    }
    const inRoot = commandsIn(root);
    for (const [name, ofVersion] of Object.entries({this: version, next: '99.0.0'})) {
      await mkdir(join(root.folder, 'tmp', name));
      const path = await build(folder, ofVersion);
      await copyFile(path, join(root.folder, 'tmp', name, basename(path)));
    }
    await inRoot(PREPARED);
    const before = await inRoot(FILES);

    await inRoot(ORIGINAL);
    await inRoot('cd /tmp/this; apt install ./bdsync-manager_*_all.deb');
    const installed =
      "dpkg-query --show --showformat '${Package} ${db:Status-Status}\\n' 'bdsync*' | grep -v not-installed";
    expect(await inRoot(installed)).toBe('bdsync-manager installed\n');
    expect(await inRoot('bdsync-manager --version; bdsync --version')).toBe(
      `bdsync-manager ${version}\nbdsync-manager ${version}\n`,
    );
    expect(await inRoot('bdsync-manager list; bdsync-manager check')).toContain('no tasks');
    await inRoot(SYNC);
    expect(await inRoot(COMPLETE)).toBe('check\n');
    expect(await inRoot('stat --format %a /etc/bdsync-manager.conf /var/lib/bdsync-manager')).toBe('640\n700\n');

    // The timer is there, and nobody has enabled it; then somebody does, as systemctl would.
    const link = '/etc/systemd/system/timers.target.wants/bdsync-manager.timer';
    expect(await inRoot('find /etc/systemd /run -name "*bdsync*"')).toBe('');
    await inRoot(`ln -s /usr/lib/systemd/system/bdsync-manager.timer ${link}`);
    await inRoot('bdsync-manager install systemd --name mail --yes; bdsync-manager install cron --yes');

    // An upgrade leaves an edited configuration alone, and what starts runs.
    await inRoot("printf '[mine]\\nsource_path = /a\\ntarget_path = /b\\n' >> /etc/bdsync-manager.conf");
    await inRoot('cd /tmp/next; apt install ./bdsync-manager_*_all.deb');
    await inRoot(`test -L ${link}`);
    expect(await inRoot("dpkg-query --show --showformat '${Version} ${Status}' bdsync-manager")).toBe(
      '99.0.0-1 install ok installed',
    );
    expect(await inRoot('tail -n 3 /etc/bdsync-manager.conf')).toContain('[mine]');

    const removal = await root.sh('apt remove bdsync-manager');
    expect(removal.status, removal.stderr).toBe(0);
    expect([...removal.stderr.matchAll(/^bdsync-manager: (\/\S+) starts runs/gm)].map(([, path]) => path)).toEqual([
      '/etc/systemd/system/mail.service',
      '/etc/cron.d/bdsync-manager',
    ]);
    const kept = await inRoot(FILES);
    expect(kept).toMatch(/^\/etc\/bdsync-manager\.conf$/m);
    expect(kept).toMatch(/^\/var\/lib\/bdsync-manager\/history\//m);
    expect(kept).not.toMatch(/^\/usr\/.*bdsync/m);

    // Notes of what was interrupted stay, with a word.
    await inRoot('mkdir -p /var/lib/bdsync-manager/incomplete; echo {} > /var/lib/bdsync-manager/incomplete/a.json');
    const {status, stderr} = await root.sh('apt purge bdsync-manager');
    expect({status, isTold: stderr.includes('/var/lib/bdsync-manager stays')}).toEqual({status: 0, isTold: true});
    const purged = (await inRoot(FILES)).split('\n').filter((path) => !before.includes(`${path}\n`));
    expect(purged).toContain('/var/lib/bdsync-manager/incomplete/a.json');
    expect(purged.filter((path) => !path.startsWith('/var/lib/bdsync-manager'))).toEqual([]);

    await inRoot('rm /var/lib/bdsync-manager/incomplete/a.json; cd /tmp/this; apt install ./bdsync-manager_*_all.deb');
    await inRoot(SYNC);
    await inRoot('apt purge bdsync-manager');
    expect(await inRoot(FILES)).toBe(before);
    return undefined;
  }, 900_000);
});

/** apt asks nobody and nothing, and there is a schedule of the same program from elsewhere, which is left alone. */
const PREPARED = `printf 'APT::Get::Assume-Yes "true";\\nAPT::Install-Recommends "false";\\n' > /etc/apt/apt.conf.d/tests
mkdir -p /etc/cron.d
printf '# Written by bdsync-manager install cron;\\n0 1 * * * root /usr/bin/node /usr/local/bin/bdsync-manager.js run\\n' \
  > /etc/cron.d/elsewhere`;

/** All but what dpkg, apt and the tests themselves keep. */
const FILES =
  'find / -xdev \\( -path /proc -o -path /tmp -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/log -o -path /var/cache \\) -prune ' +
  '-o -print | sort';

/** Stands for the package of the original program. */
const ORIGINAL = `mkdir -p /tmp/original/DEBIAN /tmp/original/usr/bin
printf '#!/bin/sh\\n' > /tmp/original/usr/bin/bdsync
printf 'Package: bdsync\\nVersion: 0.11-1\\nArchitecture: all\\nMaintainer: a <a@example.org>\\nDescription: a\\n' \
  > /tmp/original/DEBIAN/control
dpkg-deb --build /tmp/original /tmp/original.deb && dpkg --install /tmp/original.deb`;

/** With both programs, the second one at both ends. */
const SYNC = `cd /tmp && rm -f a b c && head -c 300000 /dev/urandom > a && truncate -s 300000 c
bdsync-manager sync --create-target-if-missing a b && cmp a b
bdsync 'bdsync --server' /tmp/a /tmp/c > patch && bdsync --patch=/tmp/c < patch && cmp a c`;

const COMPLETE = `exec bash -c '
source /usr/share/bash-completion/completions/bdsync
COMP_LINE="bdsync-manager che" COMP_POINT=18
_bdsync_manager bdsync-manager che bdsync-manager && echo "\${COMPREPLY[@]}"'`;

function commandsIn(root: DebianRoot): (script: string) => Promise<string> {
  return async (script) => {
    const {status, stdout, stderr} = await root.sh(`set -e\n${script}`);
    expect({script, status, stderr: status === 0 ? '' : stderr}).toEqual({script, status: 0, stderr: ''});
    return stdout;
  };
}
