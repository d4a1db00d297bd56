import {describe, expect, it} from 'vitest';
import type {VariantId} from '../experiment.js';
import type {VariantResult} from '../run-experiment.js';
import {judgeAims} from './aims.js';

function measured(id: VariantId, wallMs: number, cpuMs: number, megabytes = 50): VariantResult {
  return measuredIn(id, [[wallMs, cpuMs]], megabytes);
}

function measuredIn(id: VariantId, rounds: readonly [number, number][], megabytes = 50): VariantResult {
  const peakBytes = {client: megabytes * 1e6, server: 1e6};
  const samples = rounds.map(([wallMs, cpuMs]) => ({wallMs, cpuMs, peakBytes}));
  return {id, section: 1, name: id, samples, wallMs: Number.NaN, cpuMs: Number.NaN, peakBytes};
}

function judged(results: readonly VariantResult[], start: string) {
  return judgeAims(results).find(({what}) => what.startsWith(start));
}

describe('judgeAims', () => {
  it('wants the native pair to need at least three times as long', () => {
    const native = measured('native', 3000, 2999);
    expect(judged([native, measured('ours', 1000, 1000)], 'md5, time')).toMatchObject({value: 3, isMet: true});
    expect(judged([native, measured('ours', 1000, 1000)], 'md5, CPU')).toMatchObject({value: 2.999, isMet: false});
  });

  it('compares what was measured in the same round, and takes the median', () => {
    const native = measuredIn('native', [
      [3000, 400],
      [9000, 500],
      [4000, 900],
    ]);
    const ours = measuredIn('ours', [
      [1000, 100],
      [3000, 100],
      [1000, 100],
    ]);
    expect(judged([native, ours], 'md5, time')).toMatchObject({value: 3, isMet: true});
    expect(judged([native, ours], 'md5, CPU')).toMatchObject({value: 5, isMet: true});
  });

  it('wants a task on this machine to need at most as long as cmp', () => {
    const cmp = measured('cmp', 100, 100);
    expect(judged([measured('local-equal', 101, 1), cmp], 'local task')).toMatchObject({value: 1.01, isMet: false});
    expect(judged([measured('local-equal', 99, 1), cmp], 'local task')).toMatchObject({value: 0.99, isMet: true});
    expect(judged([measured('local-equal', 99, 1), cmp], 'the same, aimed at')).toMatchObject({isMet: false});
  });

  it('looks at the largest of our processes, and at no other', () => {
    const results = [measured('native', 1, 1, 999), measured('ours', 1, 1, 190), measured('patch-ours', 1, 1, 201)];
    expect(judged(results, 'memory of any')).toMatchObject({value: 201, isMet: false});
    expect(judged(results.slice(0, 2), 'memory of any')).toMatchObject({value: 190, isMet: true});
  });

  it('does not judge what was not measured', () => {
    for (const aim of judgeAims([measured('ours', 1, 1)]).filter(({what}) => !what.startsWith('memory of any'))) {
      expect(aim).toMatchObject({value: undefined, isMet: undefined});
    }
  });
});
