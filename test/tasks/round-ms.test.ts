import {expect, test} from 'vitest';
import {roundMs} from '#dist/tasks/round-ms.js';

test.for([
  [831.0781849999967, 831.078],
  [0.0004, 0],
  [2342, 2342],
] as const)('%d milliseconds are told as %d', ([timeMs, told]) => {
  expect(roundMs(timeMs)).toBe(told);
});
