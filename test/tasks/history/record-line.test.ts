import {readFileSync} from 'node:fs';
import {assert as assertProperty, property, string} from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatRecordLine, parseRecordLine} from '#dist/tasks/history/record-line.js';
import {markdownFences} from '../../support/markdown-fences.js';
import {endedRecord, failedRecord, FIGURES, startedRecord} from '../../support/run-records.js';

const VERIFICATION = {
  method: 'sha256',
  samplePercent: 5,
  comparedBytes: 100,
  differingBytes: 3,
  differingExtents: 1,
  timeMs: 7,
};

const ENDS = {source: '/dev/vg0/home', target: {host: 'ssh store', path: '/srv/home.img'}};

describe('a record', () => {
  it.each([
    ['a start', startedRecord('1')],
    ['a start by a process that is not known', startedRecord('1', {process: undefined})],
    ['a success', endedRecord('1', {notes: ['a note\nof two lines', '\u2028']})],
    ['a success without a snapshot', endedRecord('1', {durationMs: undefined, startedAt: undefined})],
    ['a run of which is known what it copied', endedRecord('1', ENDS)],
    ['the start of one', startedRecord('1', ENDS)],
    ['a failure', failedRecord('1', {verification: VERIFICATION})],
    ['a verification', endedRecord('1', {outcome: 'verified', purpose: 'verify', figures: undefined})],
    ['a recovery', endedRecord('1', {outcome: 'recovered', purpose: 'recover', figures: undefined})],
  ])('comes back as it was: %s', (_name, record) => {
    const line = formatRecordLine(record);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(parseRecordLine(line)).toEqual(record);
  });

  it('comes back whatever its texts are', () => {
    assertProperty(
      property(string({unit: 'binary'}), string({unit: 'binary'}), (task, message) => {
        const failure = {code: 'x', message, stage: undefined, hint: undefined, target: undefined};
        const record = failedRecord('1', {task, failure});
        expect(parseRecordLine(formatRecordLine(record))).toEqual(record);
      }),
    );
  });

  it.each([
    {kind: 'sealed', readBack: 'cached'},
    {kind: 'patch-stored', check: 'sha256'},
    {kind: 'patch-stored', check: 'size'},
    {kind: 'in-place'},
  ] as const)('keeps what was proven: %j', (proof) => {
    const record = endedRecord('1', {figures: {...FIGURES, proof}});
    expect(parseRecordLine(formatRecordLine(record))).toEqual(record);
  });

  it('may have fields of later versions', () => {
    const {kind, ...rest} = endedRecord('1');
    const line = JSON.stringify({later: {more: 1}, ...rest, kind, format: 2, notes: ['a', 1, null]});
    expect(parseRecordLine(line)).toEqual(endedRecord('1', {notes: ['a']}));
  });

  it('is no success when its outcome is a word of a later version, or missing', () => {
    for (const outcome of ['perfect', 1, undefined]) {
      expect(parseRecordLine(JSON.stringify({...endedRecord('1'), outcome}))).toMatchObject({outcome: 'unknown'});
    }
  });

  it('loses what is not of its kind, and nothing else', () => {
    const strange = {sentBytes: '12', timesMs: 4, proof: {kind: 'sealed'}, sourceBytes: -1, snapshotFill: {}};
    expect(parseRecordLine(JSON.stringify({...endedRecord('1'), source: 4, target: {path: '/t'}}))).toEqual(
      endedRecord('1'),
    );
    const figures = {...FIGURES, ...strange};
    const left = {
      ...FIGURES,
      sentBytes: undefined,
      timesMs: undefined,
      proof: undefined,
      sourceBytes: undefined,
      snapshotFill: undefined,
    };
    expect(parseRecordLine(JSON.stringify({...endedRecord('1'), figures}))).toEqual(endedRecord('1', {figures: left}));
  });
});

describe('no record', () => {
  it.each([
    ['an empty line', ''],
    ['garbage', '\u0000\u0000'],
    ['another kind', JSON.stringify({...endedRecord('1'), kind: 'paused'})],
    ['a list', '[1]'],
    ['a number', '7'],
    ['nothing', 'null'],
    ['a record without its task', JSON.stringify({...endedRecord('1'), task: 7})],
    ['a time that is none', JSON.stringify({...endedRecord('1'), endedAt: 'yesterday'})],
  ])('is %s', (_name, line) => {
    expect(parseRecordLine(line)).toBeUndefined();
  });

  it('is a line that is torn anywhere', () => {
    const line = formatRecordLine(failedRecord('1')).trimEnd();
    for (let length = 0; length < line.length; length += 1) {
      expect(parseRecordLine(line.slice(0, length))).toBeUndefined();
    }
  });
});

it('is as docs/run-records.md has it', () => {
  const page = readFileSync(new URL('../../../docs/run-records.md', import.meta.url), 'utf8');
  const lines = markdownFences(page)
    .filter(({language}) => language === 'json')
    .flatMap(({text}) => text.trimEnd().split('\n'));
  const records = lines.map((line) => parseRecordLine(line));
  expect(records.map((record) => record?.kind)).toEqual([undefined, 'started', 'ended', 'ended']);
  for (const [index, record] of records.entries()) {
    if (record !== undefined) expect(JSON.parse(formatRecordLine(record))).toEqual(JSON.parse(lines[index] ?? ''));
  }
});
