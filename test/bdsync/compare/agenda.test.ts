import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Agenda, type AgendaOptions} from '#dist/bdsync/compare/agenda.js';
import {type Question, WINDOW_BYTES} from '#dist/bdsync/compare/request-window.js';

const OPTIONS: AgendaOptions = {totalBytes: 2 ** 40, nextTopStepBytes: () => 262144, blockBytes: 4096, digestBytes: 16};

function takeAll(agenda: Agenda): Question[] {
  const questions: Question[] = [];
  for (let question = agenda.next(); question; question = agenda.next()) questions.push(question);
  return questions;
}

function answerBytes(question: Question): number {
  return question.kind === 'block' ? 13 + question.length : 29 + question.count * 16;
}

describe('Agenda', () => {
  it('asks for the whole top level once, in order, up to its end', () => {
    const agenda = new Agenda({...OPTIONS, totalBytes: 100_000_001, nextTopStepBytes: () => 4096});
    const questions: Question[] = [];
    do questions.push(...takeAll(agenda));
    while (agenda.answered());
    expect(questions).toEqual([
      {kind: 'hashes', start: 0, step: 4096, count: 8190},
      {kind: 'hashes', start: 8190 * 4096, step: 4096, count: 8190},
      {kind: 'hashes', start: 16380 * 4096, step: 4096, count: 8035},
    ]);
  });

  it('lets no answer take more than 64 MiB of reading, unless a single block does', () => {
    expect(new Agenda(OPTIONS).next()).toMatchObject({count: 256});
    expect(new Agenda({...OPTIONS, nextTopStepBytes: () => 2 ** 30}).next()).toMatchObject({count: 1});
  });

  it('has 32 questions outstanding at the top level, hints included', () => {
    const agenda = new Agenda(OPTIONS);
    agenda.wantFlushCache();
    expect(takeAll(agenda).map(({kind}) => kind)).toEqual(['hint', ...Array.from({length: 31}, () => 'hashes')]);
    agenda.answered();
    expect(takeAll(agenda)).toHaveLength(1);
    agenda.answered();
    agenda.wantRelease(1);
    expect(takeAll(agenda)).toEqual([{kind: 'hint', start: 1, step: 1, count: 0}]);
  });

  it('asks for details at once, before the next range and without waiting for the 32', () => {
    const agenda = new Agenda(OPTIONS);
    takeAll(agenda);
    agenda.answered();
    agenda.wantDetail(0, 262144);
    agenda.wantDetail(524288, 524289);
    expect(takeAll(agenda)).toEqual([
      {kind: 'hashes', start: 0, step: 4096, count: 64},
      {kind: 'hashes', start: 524288, step: 4096, count: 1},
    ]);
  });

  it('asks for blocks one by one, cut where extents are cut', () => {
    const agenda = new Agenda({...OPTIONS, blockBytes: 40000, nextTopStepBytes: () => 40000});
    takeAll(agenda);
    agenda.wantBlocks(40000, 85000);
    agenda.wantBlocks(120000, 120000);
    expect(takeAll(agenda)).toEqual([
      {kind: 'block', position: 40000, length: 32768},
      {kind: 'block', position: 72768, length: 7232},
      {kind: 'block', position: 80000, length: 5000},
    ]);
  });

  it('never lets out more than a reader has room for, and asks for everything in the end', () => {
    fc.assert(
      fc.property(fc.integer({min: 512, max: 65536}), fc.integer({min: 1, max: 60_000_000}), (blockBytes, bytes) => {
        const agenda = new Agenda({totalBytes: 0, nextTopStepBytes: () => blockBytes, blockBytes, digestBytes: 16});
        agenda.wantBlocks(0, bytes);
        const outstanding: Question[] = [];
        let position = 0;
        let outstandingBytes = 0;
        do {
          for (const question of takeAll(agenda)) {
            if (question.kind !== 'block' || question.position !== position) throw new Error('not in order');
            position += question.length;
            outstanding.push(question);
            outstandingBytes += answerBytes(question);
          }
          if (outstandingBytes > WINDOW_BYTES || outstanding.length > 4096) throw new Error('too much');
          const answered = outstanding.shift();
          expect(agenda.answered()).toEqual(answered);
          if (answered) outstandingBytes -= answerBytes(answered);
        } while (outstanding.length > 0);
        expect(position).toBe(bytes);
      }),
      {numRuns: 5},
    );
  });
});
