import {expect, it} from 'vitest';
import {parseVolumePath} from '#dist/lvm/volume-path.js';

it.each([
  ['/dev/vg0/home', 'vg0', 'home'],
  ['//dev//vg0//home', 'vg0', 'home'],
  ['/dev/vg-0/web1-home', 'vg-0', 'web1-home'],
  ['/dev/mapper/vg0-home', 'vg0', 'home'],
  ['/dev/mapper/vg--0-web1--home', 'vg-0', 'web1-home'],
  // No name begins with a hyphen, but one may end with it.
  ['/dev/mapper/vg0---home', 'vg0-', 'home'],
  ['/dev/mapper/a----b-c', 'a--b', 'c'],
  ['/dev/vg0/a.b+c_d', 'vg0', 'a.b+c_d'],
])('takes %s for the volume %s/%s', (path, vg, name) => {
  expect(parseVolumePath(path)).toEqual({vg, name});
});

it.each([
  '/dev/sdb',
  '/dev/vg0/',
  '/dev/disk/by-id/dm-name-vg0-home',
  '/dev/mapper/luks',
  '/dev/mapper/vg0--home',
  '/dev/mapper/vg0-home-real',
  '/dev/mapper/control',
  '/dev/vg0/..',
  '/dev/../vg0',
  '/dev/vg0/ho me',
  '/dev/-vg/home',
  '/dev/vg0/-home',
  'dev/vg0/home',
  'vg0/home',
  '/srv/dev/vg0/home',
  '/dev/vg0/home\n',
])('takes %j for none', (path) => {
  expect(parseVolumePath(path)).toBeUndefined();
});
