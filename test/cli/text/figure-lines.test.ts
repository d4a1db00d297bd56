import {expect, test} from 'vitest';
import {figureLines} from '#dist/cli/text/figure-lines.js';
import {figures} from '../../support/report-data.js';

test('a stored patch is told in the words of old', () => {
  expect(figureLines(figures())).toEqual([
    'Patch Generate Time: 0:00:14.345678',
    'Patch Size: 4.8MiB',
    'Patch Apply Time: 0:00:00.812500',
    'Difference: 4.8MiB in 1234 blocks of 4.0GiB',
    'Connection: 4.9MiB sent, 32.0MiB received, 31.5MiB of it digests',
    'Proof: sealed, read back from the medium',
  ]);
});

test('in place there is one time', () => {
  expect(
    figureLines(figures({flow: 'in-place', differingBlocks: 1, differingBytes: 4096, proof: {kind: 'in-place'}})),
  ).toEqual([
    'Change Apply Time: 0:00:15.158178',
    'Difference: 4.0KiB in 1 block of 4.0GiB',
    'Connection: 4.9MiB sent, 32.0MiB received, 31.5MiB of it digests',
    'Proof: in place',
  ]);
});

test('a snapshot is told with how full it became', () => {
  const snapshotFill = {usedPercent: 81.25, usedBytes: 9.75 * 2 ** 20, roomBytes: 12 * 2 ** 20, extensions: 0};
  expect(figureLines(figures({snapshotFill})).at(-1)).toBe(
    'Snapshot: 9.8MiB used, 81.25% at the most, room for 12.0MiB',
  );
  expect(figureLines(figures({snapshotFill: {...snapshotFill, extensions: 2}})).at(-1)).toBe(
    'Snapshot: 9.8MiB used, 81.25% at the most, room for 12.0MiB, after 2 extensions',
  );
});

test('a native client does not tell blocks', () => {
  expect(figureLines(figures({differingBlocks: undefined}))).toContain('Difference: 4.8MiB of 4.0GiB');
});

test.each([
  [{kind: 'sealed', readBack: 'cached'}, 'sealed, read back through the page cache'],
  [{kind: 'patch-stored', check: 'sha256'}, 'patch stored, by SHA-256'],
  [{kind: 'patch-stored', check: 'size'}, 'patch stored, by size'],
] as const)('what was proven is told: %j', (proof, text) => {
  expect(figureLines(figures({proof}))).toContain(`Proof: ${text}`);
});
