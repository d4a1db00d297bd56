import {describe, expect, it} from 'vitest';
import type {PastRun} from '#dist/tasks/history/past-runs.js';
import type {EndedRecord} from '#dist/tasks/history/run-record.js';
import {judgeTask} from '#dist/tasks/status/judge-task.js';
import type {KnownOfTask} from '#dist/tasks/status/known-of-task.js';
import {endedRecord, failedRecord, FIGURES, startedRecord} from '../../support/run-records.js';

const NOW = Date.parse('2026-11-21T02:00:15.500Z');
const DAY_MS = 86_400_000;

function known(runs: readonly PastRun[] | undefined, changes: Partial<KnownOfTask> = {}): KnownOfTask {
  return {
    task: 'home',
    disabled: false,
    warnAfterMs: undefined,
    critAfterMs: undefined,
    ends: undefined,
    faults: [],
    runs,
    unfinished: [],
    leftOver: [],
    ...changes,
  };
}

/** A day before NOW. */
function ended(changes: Partial<EndedRecord> = {}): PastRun {
  return {state: 'ended', record: endedRecord('1', changes)};
}

function failed(changes: Partial<EndedRecord> = {}): PastRun {
  return {state: 'ended', record: failedRecord('2', changes)};
}

const PARTLY_WRITTEN: Pick<EndedRecord, 'failure'> = {
  failure: {
    code: 'x',
    message: 'y',
    stage: 'apply',
    hint: undefined,
    target: {host: 'this machine', path: '/t', state: 'partly-written'},
  },
};

const KILLED: PastRun = {state: 'did-not-end', record: startedRecord('3')};
const UNDER_WAY: PastRun = {state: 'under-way', record: startedRecord('4')};

function judged(runs: readonly PastRun[] | undefined, changes: Partial<KnownOfTask> = {}) {
  const {level, problems} = judgeTask(known(runs, changes), NOW);
  return [level, ...problems.map(({kind}) => kind)];
}

describe('a task', () => {
  it('is fine when its last run brought the target in step', () => {
    expect(judgeTask(known([failed(), ended()]), NOW)).toEqual({
      task: 'home',
      level: 'ok',
      problems: [],
      disabled: false,
      underWaySince: undefined,
      lastSuccess: {
        endedAt: '2026-11-20T02:00:15.500Z',
        ageMs: DAY_MS,
        durationMs: 15_500,
        sourceBytes: 4_294_967_296,
        differingBytes: 5_054_464,
        sentBytes: 5_100_000,
        receivedBytes: 33_554_432,
      },
      lastVerified: undefined,
      lastRun: {
        purpose: 'run',
        outcome: 'synced',
        startedAt: '2026-11-20T02:00:00.000Z',
        endedAt: '2026-11-20T02:00:15.500Z',
        durationMs: 15_500,
        failure: undefined,
      },
      trend: [5_054_464],
      warnAfterMs: undefined,
      critAfterMs: undefined,
    });
  });

  it('has a trend of its last twelve successes', () => {
    const runs = Array.from({length: 15}, (_, index) => ended({figures: {...FIGURES, differingBytes: index}}));
    expect(judgeTask(known([...runs, failed()]), NOW).trend).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('is critical when its last run failed, with what failed', () => {
    const {level, problems, lastSuccess} = judgeTask(known([ended(), failed()]), NOW);
    expect(level).toBe('critical');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({kind: 'failed', level: 'critical'});
    expect(problems[0]?.text).toMatch(
      /^the last run failed at 20.*: check target: store does not answer \(connection-refused\)$/,
    );
    expect(lastSuccess?.ageMs).toBe(DAY_MS);
  });

  it('is critical when its last run did not end, and not any more when the next one did', () => {
    expect(judged([ended(), KILLED])).toEqual(['critical', 'did-not-end']);
    expect(judgeTask(known([ended(), KILLED]), NOW).lastRun).toMatchObject({outcome: 'did-not-end'});
    expect(judged([KILLED, ended()])).toEqual(['ok']);
  });

  it('is judged by the run before one that another run had locked out', () => {
    const failure = {
      code: 'task-locked',
      message: 'already running',
      stage: 'lock',
      hint: undefined,
      target: undefined,
    };
    const lockedOut = failed({failure});
    expect(judged([ended(), KILLED, lockedOut])).toEqual(['critical', 'did-not-end']);
    expect(judgeTask(known([ended(), KILLED, lockedOut]), NOW).lastRun?.outcome).toBe('did-not-end');
    expect(judged([ended(), UNDER_WAY, lockedOut])).toEqual(['ok']);
    expect(judged([ended(), failed(), failed({failure, purpose: 'verify'})])).toEqual(['critical', 'failed']);
    expect(judged([lockedOut])).toEqual(['warning', 'never-run']);
  });

  it('is not fine when its last run was cancelled, or ended in a way that is not known', () => {
    expect(judged([ended(), ended({outcome: 'cancelled'})])).toEqual(['warning', 'cancelled']);
    expect(judged([ended(), ended({outcome: 'skipped'})])).toEqual(['warning', 'cancelled']);
    expect(judged([ended(), ended({outcome: 'unknown'})])).toEqual(['critical', 'failed']);
  });

  it('is incomplete where a run left the target partly written, or an application unfinished', () => {
    expect(judged([ended(), failed(PARTLY_WRITTEN)])).toEqual(['critical', 'failed', 'incomplete']);
    expect(judged([ended(), ended({outcome: 'cancelled', ...PARTLY_WRITTEN})])).toEqual([
      'critical',
      'incomplete',
      'cancelled',
    ]);
    expect(judged([ended()], {unfinished: ['/t is incomplete']})).toEqual(['critical', 'incomplete']);
    // Both tell of the same.
    expect(judged([ended(), failed(PARTLY_WRITTEN)], {unfinished: ['x']})).toEqual([
      'critical',
      'incomplete',
      'failed',
    ]);
  });

  it('is not incomplete any more when what was begun has been finished or undone', () => {
    const recovered = ended({purpose: 'recover', outcome: 'recovered', figures: undefined});
    expect(judged([ended(), failed(PARTLY_WRITTEN), recovered])).toEqual(['critical', 'failed']);
    expect(judged([ended(), recovered, failed(PARTLY_WRITTEN)])).toEqual(['critical', 'failed', 'incomplete']);
    const inVain = failed({purpose: 'recover', outcome: 'failed'});
    expect(judged([ended(), failed(PARTLY_WRITTEN), recovered, inVain])).toEqual(['critical', 'failed', 'incomplete']);
    expect(judgeTask(known([ended(), KILLED]), NOW).problems[0]?.text).toContain('may be partly written');
    expect(judgeTask(known([ended(), KILLED, recovered]), NOW).problems[0]?.text).not.toContain('partly');
  });

  it('has something left over, but not while a run is at work', () => {
    expect(judged([ended()], {leftOver: ['the snapshot vg0/x']})).toEqual(['warning', 'left-over']);
    expect(judged([ended(), UNDER_WAY], {leftOver: ['the snapshot vg0/x'], unfinished: ['x']})).toEqual(['ok']);
  });

  it('that is under way is judged by the run before', () => {
    expect(judgeTask(known([ended(), UNDER_WAY]), NOW)).toMatchObject({
      level: 'ok',
      underWaySince: '2026-11-20T02:00:00.000Z',
      lastRun: {outcome: 'synced'},
    });
    expect(judged([failed(), UNDER_WAY])).toEqual(['critical', 'failed', 'never-run']);
    expect(judged([UNDER_WAY])).toEqual(['ok']);
  });

  it('is worth a warning when it has never run, or never succeeded', () => {
    expect(judged([])).toEqual(['warning', 'never-run']);
    expect(judged([failed()])).toEqual(['critical', 'failed', 'never-run']);
    expect(judged([ended({outcome: 'verified', purpose: 'verify'})])).toEqual(['warning', 'never-run']);
  });

  it('that is disabled counts for nothing', () => {
    expect(judged([failed(), KILLED], {disabled: true, warnAfterMs: 1})).toEqual(['ok']);
  });

  it('that is disabled is told of all the same where a run left its target incomplete, or anything else', () => {
    expect(judged([KILLED], {disabled: true, unfinished: ['x']})).toEqual(['critical', 'incomplete']);
    expect(judged([KILLED], {disabled: true, leftOver: ['x']})).toEqual(['warning', 'left-over']);
  });

  it('is unknown when nothing of it can be read, whatever else is a warning', () => {
    const faults = [{kind: 'unreadable', level: 'unknown', text: 'no'}] as const;
    expect(judged(undefined, {faults})).toEqual(['unknown', 'unreadable']);
  });

  it('that cannot run is critical', () => {
    const faults = [{kind: 'configuration', level: 'critical', text: 'no'}] as const;
    expect(judged([ended()], {faults})).toEqual(['critical', 'configuration']);
  });
});

describe('a comparison', () => {
  const verify = {purpose: 'verify', figures: undefined} as const;

  it('that found a difference after the last run is critical, until the next run', () => {
    const different = failed({
      purpose: 'verify',
      failure: {code: 'verify-failed', message: 'x', stage: 'verify', hint: undefined, target: undefined},
    });
    expect(judged([ended(), different])).toEqual(['critical', 'failed']);
    expect(judged([ended(), different, ended()])).toEqual(['ok']);
  });

  it('that is good does not make up for a run that failed, and is no success', () => {
    const verified = ended({...verify, outcome: 'verified', endedAt: '2026-11-21T00:00:15.500Z'});
    expect(judged([ended(), failed(), verified])).toEqual(['critical', 'failed']);
    expect(judgeTask(known([ended(), verified], {warnAfterMs: DAY_MS - 1}), NOW)).toMatchObject({
      level: 'warning',
      lastSuccess: {ageMs: DAY_MS},
      lastVerified: {ageMs: 2 * 3_600_000, samplePercent: undefined},
    });
  });

  it('of a run that compares at its end counts as one', () => {
    const verification = {
      method: 'sha256',
      samplePercent: undefined,
      comparedBytes: 1,
      differingBytes: 0,
      differingExtents: 0,
      timeMs: 1,
    };
    expect(judgeTask(known([ended({verification})]), NOW).lastVerified).toMatchObject({ageMs: DAY_MS});
  });
});

describe('the age of the last success', () => {
  it.each([
    [DAY_MS, undefined, ['ok']],
    [DAY_MS - 1, undefined, ['warning', 'overdue']],
    [undefined, DAY_MS, ['ok']],
    [DAY_MS - 2, DAY_MS - 1, ['critical', 'overdue']],
    [DAY_MS - 1, DAY_MS, ['warning', 'overdue']],
    [DAY_MS, DAY_MS - 1, ['critical', 'overdue']],
  ])('with warn_after %s and crit_after %s makes of a day %j', (warnAfterMs, critAfterMs, expected) => {
    expect(judged([ended()], {warnAfterMs, critAfterMs})).toEqual(expected);
  });

  it('goes on while runs fail', () => {
    expect(judged([ended(), failed(), failed()], {critAfterMs: DAY_MS - 1})).toEqual(['critical', 'failed', 'overdue']);
  });

  it('is not known when it is in the future', () => {
    const tomorrow = ended({endedAt: '2026-11-22T02:00:00.000Z'});
    const status = judgeTask(known([ended(), tomorrow], {warnAfterMs: 1}), NOW);
    expect(status).toMatchObject({level: 'warning', problems: [{kind: 'clock'}], lastSuccess: {ageMs: undefined}});
  });

  it('is 0 when the clock is a moment behind', () => {
    const soon = ended({endedAt: new Date(NOW + 5000).toISOString()});
    expect(judgeTask(known([soon], {warnAfterMs: 1}), NOW)).toMatchObject({level: 'ok', lastSuccess: {ageMs: 0}});
  });

  it('is that of the last line, also when the clock had gone astray before', () => {
    const astray = ended({endedAt: '2036-01-01T00:00:00.000Z'});
    expect(judged([astray, ended()], {warnAfterMs: DAY_MS})).toEqual(['ok']);
  });
});

describe('a task of which the ends were changed', () => {
  const NOW_ENDS = {source: '/dev/vg0/home', target: {host: 'ssh store', path: '/srv/home.img'}};
  const OTHER_TARGET = {target: {host: 'ssh store', path: '/srv/old.img'}};
  const OTHER_HOST = {target: {host: 'ssh cellar', path: '/srv/home.img'}};

  it.each([
    [OTHER_TARGET, 'its target was changed since the last success: /srv/old.img on ssh store before'],
    [OTHER_HOST, 'its target was changed since the last success: /srv/home.img on ssh cellar before'],
    [{source: '/dev/vg0/h'}, 'its source was changed since the last success: /dev/vg0/h before'],
    [
      {source: '/dev/vg0/h', ...OTHER_TARGET},
      'its source and its target were changed since the last success: /dev/vg0/h to /srv/old.img on ssh store before',
    ],
  ])('has no success of these: %j', (before, text) => {
    const verified = {outcome: 'verified', purpose: 'verify'} as const;
    const runs = [ended({...NOW_ENDS, ...before}), ended({...NOW_ENDS, ...before, ...verified})];
    const status = judgeTask(known(runs, {ends: NOW_ENDS}), NOW);
    expect(status).toMatchObject({lastSuccess: undefined, lastVerified: undefined, trend: [], level: 'warning'});
    expect(status.problems).toEqual([{kind: 'changed', level: 'warning', text}]);
  });

  it('is fine again when a run brought the new ones in step', () => {
    expect(judged([ended(OTHER_TARGET), ended(NOW_ENDS)], {ends: NOW_ENDS})).toEqual(['ok']);
  });

  it('has its earlier success when it is as it was before, and is told that the last one was of another', () => {
    const runs = [ended(NOW_ENDS), ended({...NOW_ENDS, ...OTHER_TARGET, endedAt: '2026-11-21T02:00:00.000Z'})];
    expect(judgeTask(known(runs, {ends: NOW_ENDS}), NOW).lastSuccess).toMatchObject({ageMs: DAY_MS});
    expect(judged(runs, {ends: NOW_ENDS, critAfterMs: DAY_MS - 1})).toEqual(['critical', 'overdue', 'changed']);
  });

  it('has the successes of which the ends were not recorded, and a faulty one has all', () => {
    expect(judged([ended()], {ends: NOW_ENDS})).toEqual(['ok']);
    expect(judged([ended(NOW_ENDS)], {ends: undefined})).toEqual(['ok']);
  });
});
