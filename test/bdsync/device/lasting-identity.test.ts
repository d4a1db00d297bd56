import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {expect, it} from 'vitest';
import {diskIdentity} from '#dist/bdsync/device/lasting-identity.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

/** What the kernel would show of a device, with these files below `devices`, where `link` leads. */
async function kernelFolder(files: Readonly<Record<string, string>>, link: string): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, 'devices', name)), {recursive: true});
    await writeFile(join(root, 'devices', name), `${text}\n`);
  }
  await mkdir(join(root, 'dev', 'block'), {recursive: true});
  await symlink(`../../devices/${link}`, join(root, 'dev', 'block', '8:1'));
  return join(root, 'dev', 'block', '8:1');
}

const SDA = {'sda/size': '9', 'sda/device/wwid': 'naa.5000c500a1b2c3d4', 'sda/sda1/start': '2048'};

it.each<[string, Readonly<Record<string, string>>, string, string]>([
  ['a disk', SDA, 'sda', 'disk:naa.5000c500a1b2c3d4'],
  ['a partition of it', SDA, 'sda/sda1', 'disk:naa.5000c500a1b2c3d4:2048'],
  ['a drive on PCI', {'nvme0n1/wwid': 'eui.0025', 'nvme0n1/device/wwid': 'x'}, 'nvme0n1', 'disk:eui.0025'],
  ['a disk of a virtual machine', {'vda/serial': 'backup-1'}, 'vda', 'disk:backup-1'],
  ['one to which nobody gave a name', {'vda/serial': '', 'vda/vda1/start': '8'}, 'vda/vda1', ''],
])('what is known of a disk by its drive: %s', async (_what, files, link, identity) => {
  expect(await diskIdentity(await kernelFolder(files, link))).toBe(identity);
});
