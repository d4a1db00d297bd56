import {describe, expect, test} from 'vitest';
import {snapshotName} from '#dist/tasks/sets/snapshot-name.js';

describe('the name of a snapshot', () => {
  test('has the words of its template', () => {
    expect(snapshotName('{volume}-bdsync', {volume: 'home', group: 'vg0'})).toBe('home-bdsync');
    expect(snapshotName('{group}.{volume}', {volume: 'home', group: 'vg0'})).toBe('vg0.home');
    expect(snapshotName('night', {volume: 'home', group: 'vg0'})).toBe('night');
  });

  test.each(['a', '-'])('is as short as LVM wants it, and its own for each volume, of many %s', (letter) => {
    const long = `v${letter.repeat(115)}`;
    const names = ['1', '2'].map((end) => snapshotName('{volume}-bdsync', {volume: long + end, group: 'vg-0'}));
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      expect(name).toMatch(/^v[a-]+\.[0-9a-f]{8}-bdsync$/);
      const mapperName = `vg--0-${name.replaceAll('-', '--')}-cow`;
      expect(mapperName.length).toBeLessThan(128);
      expect(mapperName.length).toBeGreaterThan(120);
    }
  });

  test('is left to LVM when nothing can be cut', () => {
    const template = `{volume}${'x'.repeat(120)}`;
    expect(snapshotName(template, {volume: 'home', group: 'vg0'})).toBe(`home${'x'.repeat(120)}`);
  });
});
