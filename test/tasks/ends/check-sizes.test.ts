import {expect, it} from 'vitest';
import {parseSizePolicy, STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {checkSizes} from '#dist/tasks/ends/check-sizes.js';

const target = {path: '/dev/vg0/copy', connection: [], quoting: 'auto'} as const;

function planWith(diffSize: string | undefined) {
  return {target, sizePolicy: diffSize === undefined ? STRICT_SIZE_POLICY : parseSizePolicy(diffSize)};
}

it.each([
  [undefined, 'file', 1000],
  [undefined, 'block', 1000],
  ['resize', 'block', 1000],
  ['resize', 'file', 900],
  ['resize', 'file', 1100],
  ['minsize', 'file', 900],
  ['minsize,warn', 'block', 1100],
] as const)('with --diffsize=%s, a %s of %d bytes can follow a source of 1000', (diffSize, kind, bytes) => {
  expect(() => checkSizes(planWith(diffSize), 1000, kind, bytes)).not.toThrow();
});

it.each([
  [undefined, 'file', 900, 'Different sizes local=1000 remote=900', '--diffsize=resize lets a file follow'],
  ['strict', 'block', 1100, 'Different sizes local=1000 remote=1100', 'make the device as large as the source'],
  [
    'resize',
    'block',
    900,
    'the device /dev/vg0/copy has 900 bytes, its source has 1000',
    'make the device as large as the source',
  ],
  ['', 'block', 1100, 'the device /dev/vg0/copy has 1100 bytes, its source has 1000', '--diffsize=minsize'],
] as const)('with --diffsize=%s, a %s of %d bytes cannot', (diffSize, kind, bytes, message, hint) => {
  expect(() => checkSizes(planWith(diffSize), 1000, kind, bytes)).toThrow(
    expect.objectContaining({
      code: 'size-mismatch',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});
