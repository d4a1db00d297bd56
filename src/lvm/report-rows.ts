import {LvmError} from './lvm-error.js';

/** The options of a report that `reportRows` understands, whatever lvm.conf says. */
export const REPORT_OPTIONS: readonly string[] = [
  '--reportformat',
  'json',
  '--units',
  'b',
  '--nosuffix',
  // What lvm.conf may have turned into another form.
  '--config',
  'report { list_item_separator="," binary_values_as_numeric=0 compact_output=0 time_format="%s" }',
];

/** One line of a report. Every value is a string, `''` for none. */
export interface ReportRow {
  readonly text: (field: string) => string;
  readonly optional: (field: string) => string | undefined;
  readonly number: (field: string) => number;
}

/**
 * The rows of `{"report": [{"lv": [{"vg_name": "vg0", …}]}]}`, of kind `lv`, `vg`, … Check the exit status first: a
 * failed command writes a well-formed and empty report.
 *
 * @throws LvmError 'lvm-report', also from the functions of a row for a field that is missing or of another form.
 */
export function reportRows(text: string, kind: 'lv' | 'vg'): ReportRow[] {
  const program = `${kind}s`;
  const sections = listIn(parseJson(text, program), 'report', program);
  return sections.flatMap((section) => listIn(section, kind, program)).map((row) => reportRow(row, program));
}

function reportRow(row: unknown, program: string): ReportRow {
  const text = (field: string): string => {
    const value = memberOf(row, field);
    if (typeof value !== 'string') throw reportError(program, `it has no ${field}`);
    return value;
  };
  return {
    text,
    optional: (field) => text(field) || undefined,
    number(field) {
      const value = text(field);
      if (!/^\d+(\.\d+)?$/.test(value)) throw reportError(program, `${field} is '${value}'`);
      return Number(value);
    },
  };
}

function listIn(value: unknown, member: string, program: string): readonly unknown[] {
  const list = memberOf(value, member);
  if (!Array.isArray(list)) throw reportError(program, `it has no list '${member}'`);
  return list;
}

function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === member)?.[1];
}

function parseJson(text: string, program: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw reportError(program, 'it is not JSON', error);
  }
}

function reportError(program: string, trouble: string, cause?: unknown): LvmError {
  return new LvmError('lvm-report', `cannot understand the report of ${program}: ${trouble}`, {
    cause,
    hint: 'lvm2 2.03 or newer is needed',
  });
}
