import type {Proof, SnapshotFill, StageTimes} from '../report.js';
import {JsonFields} from './json-fields.js';
import type {ProcessIdentity} from './process-identity.js';
import type {
  EndedRecord,
  RecordedFailure,
  RecordedFigures,
  RecordedVerification,
  RunOutcome,
  RunPurpose,
  RunRecord,
} from './run-record.js';

/** Of the lines; a later one may add fields and kinds, and changes nothing of what there is. */
const FORMAT = 1;

/** A record as one line, with its line feed; what is not known is left out. */
export function formatRecordLine(record: RunRecord): string {
  const {kind, run, ...rest} = record;
  return `${JSON.stringify({kind, format: FORMAT, run, ...rest})}\n`;
}

/** Undefined for a line that is torn, garbage, or of a kind that only a later version knows. */
export function parseRecordLine(line: string): RunRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = JsonFields.of(value);
  const [run, task, origin] = [fields?.text('run'), fields?.text('task'), fields?.text('origin')];
  if (fields === undefined || run === undefined || task === undefined || origin === undefined) return undefined;
  const version = fields.text('version') ?? 'unknown';
  const source = fields.text('source');
  const base = {run, task, origin, purpose: purposeOf(fields), version, source, target: targetOf(fields)};
  const startedAt = timeAt(fields, 'startedAt');
  switch (fields.word('kind', ['started', 'ended'])) {
    case 'started':
      if (startedAt === undefined) return undefined;
      return {...base, kind: 'started', startedAt, process: processOf(fields.object('process'))};
    case 'ended': {
      const endedAt = timeAt(fields, 'endedAt');
      return endedAt === undefined ? undefined : {...base, kind: 'ended', startedAt, endedAt, ...endOf(fields)};
    }
    case undefined:
    default:
      return undefined;
  }
}

const PURPOSES: readonly RunPurpose[] = ['run', 'verify', 'recover'];
const OUTCOMES: readonly RunOutcome[] = ['synced', 'verified', 'recovered', 'failed', 'cancelled', 'skipped'];

function purposeOf(fields: JsonFields): RunPurpose {
  return fields.word('purpose', PURPOSES) ?? 'run';
}

function targetOf(fields: JsonFields): RunRecord['target'] {
  const target = fields.object('target');
  const [host, path] = [target?.text('host'), target?.text('path')];
  return host === undefined || path === undefined ? undefined : {host, path};
}

function timeAt(fields: JsonFields, name: string): string | undefined {
  const text = fields.text(name);
  return text !== undefined && Number.isFinite(Date.parse(text)) ? text : undefined;
}

function processOf(fields: JsonFields | undefined): ProcessIdentity | undefined {
  const [pid, startTicks, bootId] = [fields?.amount('pid'), fields?.amount('startTicks'), fields?.text('bootId')];
  if (pid === undefined || startTicks === undefined || bootId === undefined) return undefined;
  return {pid, startTicks, bootId};
}

type End = Pick<EndedRecord, 'durationMs' | 'outcome' | 'figures' | 'verification' | 'failure' | 'notes'>;

function endOf(fields: JsonFields): End {
  return {
    durationMs: fields.amount('durationMs'),
    // A word that is not known is no success.
    outcome: fields.word('outcome', OUTCOMES) ?? 'unknown',
    figures: figuresOf(fields.object('figures')),
    verification: verificationOf(fields.object('verification')),
    failure: failureOf(fields.object('failure')),
    notes: fields.texts('notes'),
  };
}

function figuresOf(fields: JsonFields | undefined): RecordedFigures | undefined {
  if (fields === undefined) return undefined;
  return {
    flow: fields.word('flow', ['in-place', 'patch-file']),
    sourceBytes: fields.amount('sourceBytes'),
    targetBytes: fields.amount('targetBytes'),
    differingBlocks: fields.amount('differingBlocks'),
    differingBytes: fields.amount('differingBytes'),
    patchBytes: fields.amount('patchBytes'),
    digestBytes: fields.amount('digestBytes'),
    sentBytes: fields.amount('sentBytes'),
    receivedBytes: fields.amount('receivedBytes'),
    timesMs: timesOf(fields.object('timesMs')),
    snapshotFill: fillOf(fields.object('snapshotFill')),
    proof: proofOf(fields.object('proof')),
  };
}

const STAGES = ['generate', 'transfer', 'apply', 'verify', 'total'] as const satisfies readonly (keyof StageTimes)[];

function timesOf(fields: JsonFields | undefined): Partial<StageTimes> | undefined {
  if (fields === undefined) return undefined;
  const known = STAGES.flatMap((stage) => {
    const timeMs = fields.amount(stage);
    return timeMs === undefined ? [] : [[stage, timeMs] as const];
  });
  return Object.fromEntries(known);
}

function fillOf(fields: JsonFields | undefined): SnapshotFill | undefined {
  const [usedPercent, usedBytes] = [fields?.amount('usedPercent'), fields?.amount('usedBytes')];
  const [roomBytes, extensions] = [fields?.amount('roomBytes'), fields?.amount('extensions')];
  if (usedPercent === undefined || usedBytes === undefined) return undefined;
  if (roomBytes === undefined || extensions === undefined) return undefined;
  return {usedPercent, usedBytes, roomBytes, extensions};
}

function proofOf(fields: JsonFields | undefined): Proof | undefined {
  switch (fields?.word('kind', ['sealed', 'patch-stored', 'in-place'])) {
    case 'sealed': {
      const readBack = fields.word('readBack', ['direct', 'cached']);
      return readBack && {kind: 'sealed', readBack};
    }
    case 'patch-stored': {
      const check = fields.word('check', ['sha256', 'size']);
      return check && {kind: 'patch-stored', check};
    }
    case 'in-place':
      return {kind: 'in-place'};
    case undefined:
    default:
      return undefined;
  }
}

function verificationOf(fields: JsonFields | undefined): RecordedVerification | undefined {
  const method = fields?.text('method');
  if (fields === undefined || method === undefined) return undefined;
  return {
    method,
    samplePercent: fields.amount('samplePercent'),
    comparedBytes: fields.amount('comparedBytes'),
    differingBytes: fields.amount('differingBytes'),
    differingExtents: fields.amount('differingExtents'),
    timeMs: fields.amount('timeMs'),
  };
}

function failureOf(fields: JsonFields | undefined): RecordedFailure | undefined {
  const [code, message] = [fields?.text('code'), fields?.text('message')];
  if (fields === undefined || code === undefined || message === undefined) return undefined;
  const [stage, hint, target] = [fields.text('stage'), fields.text('hint'), fields.object('target')];
  const [host, path, state] = [target?.text('host'), target?.text('path'), target?.text('state')];
  const isTold = host !== undefined && path !== undefined && state !== undefined;
  return {code, message, stage, hint, target: isTold ? {host, path, state} : undefined};
}
