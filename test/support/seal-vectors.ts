import {readFileSync} from 'node:fs';

const FOLDER = new URL('../fixtures/seal/', import.meta.url);

export interface SealVector {
  readonly file: string;
  /** What the message of the refusal has in it; undefined for what is to be read. */
  readonly fault?: string;
}

/** The vectors of one kind. */
export function sealVectors(extension: '.bdsync' | '.journal'): readonly SealVector[] {
  const lines = readFileSync(new URL('cases.jsonl', FOLDER), 'utf8').trimEnd().split('\n');
  return lines.map((line): SealVector => JSON.parse(line)).filter(({file}) => file.endsWith(extension));
}

export function readVector(file: string): Buffer {
  return readFileSync(new URL(file, FOLDER));
}
