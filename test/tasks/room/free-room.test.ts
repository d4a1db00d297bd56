import {execFileSync} from 'node:child_process';
import {statfsSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {parseRoom, ROOM_FUNCTION} from '#dist/tasks/room/free-room.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../../support/small-file-system.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {findTool, toolFolder} from '../../support/tool-folder.js';

const KIB = 1024;

describe('what a host tells of the room in a folder', () => {
  it.each([
    ['GNU', 'room 1000 /dev/vda 264237744 26214400 81788928      25% /', 81_788_928 * KIB],
    ['busybox', 'room 1000 tmpfs                     1024       512       512  50% /mnt', 512 * KIB],
    ['a name with blanks', 'room 1000 store:/my 7 8 disk 1000 400 500 45% /my 7 8 disk', 500 * KIB],
    ['no percentage', 'room 1000 fuse 1000 400 500 - /mnt', 500 * KIB],
    ['more used than there is', 'room 1000 /dev/vda 1000 990 -10 101% /', 0],
    ['for root, with what is set aside', 'room 0 /dev/vda 1000 400 550 43% /', 600 * KIB],
  ])('is understood: %s', (_, line, bytes) => {
    expect(parseRoom(line)).toEqual({kind: 'free', bytes});
  });

  it.each([
    ['there is no df', 'room 0 '],
    ['df has other words', 'room 0 df: no file systems processed'],
    ['the file system has no figures', 'room 0 gvfs 0 0 0 - /run/user/gvfs'],
    ['there is no id', 'room  /dev/vda 1000 400 500 45% /'],
  ])('is unknown where %s', (_, line) => {
    expect(parseRoom(line)).toEqual({kind: 'unknown'});
  });

  it('is not to be found in other lines', () => {
    expect(parseRoom('a room 0 /dev/vda 1000 400 500 45% /')).toBeUndefined();
    expect(parseRoom('dd: error writing: No space left on device')).toBeUndefined();
  });

  const tools = [
    ['GNU', undefined, false],
    ['busybox', 'busybox', findTool('busybox') === undefined],
  ] as const;
  for (const [name, from, isMissing] of tools) {
    it.skipIf(isMissing || noSmallFileSystem !== undefined)(`is what there is, by ${name}`, async () => {
      const folder = `${await temporaryFolder()}/a folder`;
      mountSmallFileSystem(folder, '3m');
      const PATH = await toolFolder(['sh', 'id', 'df', 'tail'], {from});
      const script = `${ROOM_FUNCTION}; room "$1"`;
      const line = execFileSync('sh', ['-c', script, 'sh', folder], {env: {PATH}, encoding: 'utf8'}).trimEnd();
      const {bavail, bsize} = statfsSync(folder);
      expect(bavail * bsize).toBeGreaterThan(2 ** 21);
      expect(parseRoom(line)).toEqual({kind: 'free', bytes: bavail * bsize});
    });
  }
});
