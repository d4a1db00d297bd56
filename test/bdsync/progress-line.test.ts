import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatProgressLine, parseProgressLine} from '#dist/bdsync/progress-line.js';

describe('a progress line', () => {
  it('is read as it was written, whatever the time', () => {
    const bytes = fc.nat({max: Number.MAX_SAFE_INTEGER});
    const progress = fc.record({patchBytes: bytes, position: bytes, sizeBytes: bytes});
    fc.assert(
      fc.property(progress, fc.double({min: 0, max: 1e9, noNaN: true}), (told, elapsedMs) => {
        expect(parseProgressLine(formatProgressLine(told, elapsedMs))).toEqual(told);
      }),
    );
  });

  it('is as the original writes it', () => {
    const line = formatProgressLine({patchBytes: 99, position: 3000, sizeBytes: 8000}, 1500);
    expect(line).toBe('PROGRESS:037%,99,3000,8000,1.500,2.500        ');
    expect(formatProgressLine({patchBytes: 26, position: 0, sizeBytes: 0}, 0)).toBe('PROGRESS:100%,26,0,0,-,-');
  });

  it.each([
    '',
    'PROGRESS',
    'PROGRESS:037%,99,3000',
    ' PROGRESS:037%,99,3000,8000,-,-',
    'PROGRESS:037%,-1,3000,8000,-,-',
    'RMTERR: PROGRESS:037%,99,3000,8000,-,-',
  ])('is not %j', (line) => {
    expect(parseProgressLine(line)).toBeUndefined();
  });
});
