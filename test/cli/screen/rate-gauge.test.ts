import {expect, test} from 'vitest';
import {RateGauge} from '#dist/cli/screen/rate-gauge.js';

test('no rate from a single position, nor from a moment', () => {
  const gauge = new RateGauge();
  gauge.add(0, 0);
  expect(gauge.bytesPerSecond()).toBeUndefined();
  gauge.add(100, 100);
  expect(gauge.bytesPerSecond()).toBeUndefined();
});

test('the rate is that of the last seconds', () => {
  const gauge = new RateGauge();
  let done = 0;
  for (let ms = 0; ms <= 60_000; ms += 100) gauge.add((done += 100), ms);
  for (let ms = 60_100; ms <= 80_000; ms += 100) gauge.add((done += 10), ms);
  expect(gauge.bytesPerSecond()).toBeCloseTo(100, 0);
});

test('a second pass starts anew', () => {
  const gauge = new RateGauge();
  gauge.add(0, 0);
  gauge.add(1000, 1000);
  gauge.add(0, 2000);
  expect(gauge.bytesPerSecond()).toBeUndefined();
  gauge.add(500, 3000);
  expect(gauge.bytesPerSecond()).toBe(500);
});
