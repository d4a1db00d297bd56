/** A call of the file system at which a program stops: see stop-at.mjs. */
export interface Call {
  readonly role: 'manager' | 'applier' | 'hold' | 'server' | 'patcher';
  readonly call:
    | 'open'
    | 'rename'
    | 'rm'
    | 'unlink'
    | 'write'
    | 'writev'
    | 'writeFile'
    | 'writevSync'
    | 'sync'
    | 'datasync'
    | 'truncate';
  readonly when: 'before' | 'after';
  /** A regular expression for the path. */
  readonly path: string;
  /** The how manieth such call it is. */
  readonly count: number;
}

export interface Stage {
  readonly name: string;
  readonly at: Call;
  /** What the target is then. */
  readonly target: 'old' | 'between' | 'new';
}

const LOCK = 'locks/.*\\.lock$';
const NOTES = 'temporary/.*\\.json$';
const HOLDERS = 'targets/.*\\.json$';
const MARKS = 'incomplete/.*\\.json$';
const PATCH = '\\.bdsync$';
const FRESH_JOURNAL = '\\.journal\\.new$';
const JOURNAL = '\\.journal$';
const TARGET = '/t\\.img$';

/** Half of the blocks of a target that differ are written by then. */
const MIDDLE = 384;

/** Of any run, before the target is written. */
export const EARLY_STAGES: readonly Stage[] = [
  {name: 'the lock is taken', at: at('manager', 'after', 'writeFile', LOCK), target: 'old'},
];

/** Of a run whose target is on the same machine. */
export const HERE_STAGES: readonly Stage[] = [
  {name: 'the target is held', at: at('manager', 'after', 'rename', HOLDERS), target: 'old'},
];

/** Of a run whose patch is stored, in the process that runs the task. */
export const STORING_STAGES: readonly Stage[] = [
  {name: 'the patch is noted, and not begun', at: at('manager', 'after', 'rename', NOTES), target: 'old'},
  {name: 'the patch is whole', at: at('manager', 'before', 'rename', NOTES, 2), target: 'old'},
  {name: 'the application is noted', at: at('manager', 'after', 'rename', NOTES, 2), target: 'old'},
  {name: 'the patch is removed, and still noted', at: at('manager', 'before', 'rm', NOTES), target: 'new'},
  {name: 'the lock is about to be released', at: at('manager', 'before', 'unlink', LOCK), target: 'new'},
];

/** Of the programs on the target's host, before anything is written. */
export const FAR_STAGES: readonly Stage[] = [
  {name: 'the target is held', at: at('hold', 'after', 'rename', HOLDERS), target: 'old'},
  {name: 'the target is compared', at: at('server', 'after', 'open', TARGET), target: 'old'},
];

/** Of the program that applies a sealed patch. */
export const APPLIER_STAGES: readonly Stage[] = [
  {name: 'the patch is open', at: at('applier', 'after', 'open', PATCH), target: 'old'},
  {name: 'the journal is begun', at: at('applier', 'after', 'open', FRESH_JOURNAL), target: 'old'},
  {name: 'half of the journal is written', at: at('applier', 'after', 'write', FRESH_JOURNAL, 2), target: 'old'},
  {name: 'the journal is written, and not synced', at: at('applier', 'before', 'sync', FRESH_JOURNAL), target: 'old'},
  {name: 'the journal is synced', at: at('applier', 'before', 'rename', JOURNAL), target: 'old'},
  {name: 'the journal is in its place', at: at('applier', 'after', 'rename', JOURNAL), target: 'old'},
  ...writingStages('applier'),
  {name: 'the target is read back', at: at('applier', 'before', 'rm', JOURNAL), target: 'new'},
  {name: 'the journal is removed', at: at('applier', 'after', 'rm', JOURNAL), target: 'new'},
];

/** Of a run in place, in the process that runs the task. */
export const IN_PLACE_STAGES: readonly Stage[] = [
  {name: 'the target is noted as incomplete', at: at('manager', 'after', 'rename', NOTES), target: 'old'},
  {name: 'the note is about to go', at: at('manager', 'before', 'rm', NOTES), target: 'new'},
];

/** Of the program that applies a patch as it comes. */
export const PATCHER_STAGES: readonly Stage[] = [
  {name: 'the target is open', at: at('patcher', 'after', 'open', TARGET), target: 'old'},
  {name: 'the target is about to be marked', at: at('patcher', 'before', 'rename', MARKS), target: 'old'},
  {name: 'the target is marked', at: at('patcher', 'after', 'rename', MARKS), target: 'old'},
  ...writingStages('patcher'),
  {name: 'the mark is about to go', at: at('patcher', 'before', 'rm', MARKS), target: 'new'},
  {name: 'the mark is gone', at: at('patcher', 'after', 'rm', MARKS), target: 'new'},
];

/** Of a run, or `recover`, that finishes what was begun: of the process that runs it, and of the program that writes. */
export const FINISHING_STAGES: readonly Stage[] = [
  {name: 'what was begun is open', at: at('applier', 'after', 'open', PATCH), target: 'between'},
  {name: 'the middle of writing again', at: at('applier', 'after', 'writevSync', TARGET, MIDDLE), target: 'between'},
  {name: 'the target is read back', at: at('applier', 'before', 'rm', JOURNAL), target: 'new'},
  {name: 'the journal is removed', at: at('applier', 'after', 'rm', JOURNAL), target: 'new'},
  {name: 'all is finished, and still noted', at: at('manager', 'before', 'rename', NOTES), target: 'new'},
  {name: 'the patch is noted as a file', at: at('manager', 'after', 'rename', NOTES), target: 'new'},
  {name: 'the patch is removed, and still noted', at: at('manager', 'before', 'rm', NOTES), target: 'new'},
  {name: 'nothing is noted any more', at: at('manager', 'after', 'rm', NOTES), target: 'new'},
];

/** Of a target that becomes longer, which comes first, or shorter, which comes last. */
export const GROWING_STAGES: readonly Stage[] = [
  {name: 'the target is about to be made longer', at: at('applier', 'before', 'truncate', TARGET), target: 'old'},
  {name: 'the target is longer', at: at('applier', 'after', 'truncate', TARGET), target: 'between'},
];
export const SHRINKING_STAGES: readonly Stage[] = [
  {name: 'the target is about to be cut', at: at('applier', 'before', 'truncate', TARGET), target: 'between'},
  {name: 'the target is cut', at: at('applier', 'after', 'truncate', TARGET), target: 'new'},
];

function writingStages(role: Call['role']): readonly Stage[] {
  return [
    {name: 'the first write', at: at(role, 'after', 'writevSync', TARGET), target: 'between'},
    {name: 'the middle of writing', at: at(role, 'after', 'writevSync', TARGET, MIDDLE), target: 'between'},
    {name: 'the last write', at: at(role, 'before', 'datasync', TARGET), target: 'new'},
    {name: 'the target is synced', at: at(role, 'after', 'datasync', TARGET), target: 'new'},
  ];
}

function at(role: Call['role'], when: Call['when'], call: Call['call'], path: string, count = 1): Call {
  return {role, when, call, path, count};
}
