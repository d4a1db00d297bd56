import {type ConfigSection, type SyntaxFault, parseConfigText} from '#dist/tasks/config/config-parser.js';
import {decodeConfigBytes} from '#dist/tasks/config/config-text.js';
import {InterpolationFault, interpolate} from '#dist/tasks/config/interpolation.js';
import {sample} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {configBytes} from '../../support/config-text-arbitrary.js';
import {askPython, reasonWithoutPython} from '../../support/python-oracle.js';

const FILES = 6000;

interface PythonConfig {
  defaults: [string, string][];
  sections: {name: string; own: [string, string][]; values: [string, unknown][]}[];
}
interface PythonRefusal {
  refused: string;
  lines?: number[];
}

const skipReason = reasonWithoutPython();

describe.skipIf(skipReason)(`agreement with configparser${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test(`on ${FILES} generated files`, async () => {
    const files = sample(configBytes, {numRuns: FILES, seed: 20_170_211});
    const answers = await askPython<PythonConfig | PythonRefusal>(
      'configparser',
      files.map((file) => file.toString('base64')),
    );

    const seen: Record<string, number> = {};
    for (const [index, file] of files.entries()) {
      const answer = answers[index] ?? {refused: 'no answer'};
      const ours = readAsPythonDoes(file, answer);
      expect(ours, JSON.stringify(file.toString())).toEqual(answer);
      for (const outcome of outcomesOf(answer)) seen[outcome] = (seen[outcome] ?? 0) + 1;
    }

    // The generator is worth something only as long as it reaches every way to end.
    expect(Object.keys(seen).toSorted()).toEqual([
      'before-section',
      'duplicate-option',
      'duplicate-section',
      'encoding',
      'fault depth',
      'fault missing-option',
      'fault syntax',
      'lines',
      'read',
      'value',
    ]);
    expect(seen['read']).toBeGreaterThan(FILES / 3);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(FILES / 500);
  });
});

function outcomesOf(answer: PythonConfig | PythonRefusal): string[] {
  if ('refused' in answer) return [answer.refused];
  const values = answer.sections.flatMap((section) => section.values);
  return ['read', ...values.map(([, value]) => faultName(value))];
}

function faultName(value: unknown): string {
  return typeof value === 'object' && value !== null && 'fault' in value ? `fault ${String(value.fault)}` : 'value';
}

/** Our reading, in the words of python-oracle.py. */
function readAsPythonDoes(file: Uint8Array, answer: PythonConfig | PythonRefusal): PythonConfig | PythonRefusal {
  const decoded = decodeConfigBytes(file);
  if (decoded.state === 'not-utf8') {
    // Python decodes while it reads, and may meet another fault first.
    expect(answer).toHaveProperty('refused');
    return answer;
  }
  const parsed = parseConfigText(decoded.text);
  if (parsed.state === 'refused') return refusalAsPythonTells(parsed.faults, answer);
  const {defaults, sections} = parsed;
  return {
    defaults: rawValues(defaults),
    sections: sections.map((section) => ({
      name: section.name,
      own: rawValues(section),
      values: namesInPythonsOrder(section, defaults).map((name) => [name, valueOf(name, section, defaults)]),
    })),
  };
}

/**
 * Python stops at the first duplicate and at the first line before any section, and forgets the bad lines above it;
 * ours are told all at once.
 */
function refusalAsPythonTells(faults: readonly SyntaxFault[], answer: PythonConfig | PythonRefusal): PythonRefusal {
  const fatal = faults.find((fault) => isFatalForPython(fault, faults));
  if (fatal) {
    const kind = fatal.kind === 'no-name' ? 'duplicate-option' : fatal.kind;
    return {refused: kind, lines: [fatal.line]};
  }
  expect(answer).toHaveProperty('refused');
  return {refused: 'lines', lines: faults.map((fault) => fault.line)};
}

function isFatalForPython(fault: SyntaxFault, faults: readonly SyntaxFault[]): boolean {
  if (fault.kind === 'no-delimiter') return false;
  if (fault.kind !== 'no-name') return true;
  // To Python a second line without a name, in one section, is the name '' once more.
  return faults.some((other) => other.kind === 'no-name' && other.section === fault.section && other.line < fault.line);
}

function rawValues(section: ConfigSection): [string, string][] {
  return [...section.options.values()].map(({name, value}) => [name, value]);
}

function namesInPythonsOrder(section: ConfigSection, defaults: ConfigSection): string[] {
  return [...new Set([...section.options.keys(), ...defaults.options.keys()])];
}

function valueOf(name: string, section: ConfigSection, defaults: ConfigSection): object {
  const lookUp = (key: string) => (section.options.get(key) ?? defaults.options.get(key))?.value;
  try {
    return {value: interpolate(lookUp(name) ?? '', lookUp)};
  } catch (error) {
    if (!(error instanceof InterpolationFault)) throw error;
    return {fault: error.kind, ...(error.reference === undefined ? {} : {reference: error.reference})};
  }
}
