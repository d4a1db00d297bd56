import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const FOLDER = fileURLToPath(new URL('../fixtures/bdsync-golden/', import.meta.url));

/** One recording of the original program; test/fixtures/bdsync-golden/README.md tells what the fields are. */
export interface GoldenCase {
  readonly id: string;
  readonly case: string;
  readonly clientArgs: string;
  readonly serverArgs: string;
  readonly clientExit: number;
  readonly clientStderr: string;
  readonly patchExit: number | null;
  readonly patchStderr: string | null;
  readonly patchedSha256: string;
}

export const GOLDEN_CASES: readonly GoldenCase[] = readFileSync(join(FOLDER, 'cases.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(parseCase);

function parseCase(line: string): GoldenCase {
  const value: unknown = JSON.parse(line);
  if (!isGoldenCase(value)) throw new Error(`no case: ${line}`);
  return value;
}

function isGoldenCase(value: unknown): value is GoldenCase {
  return typeof value === 'object' && value !== null && 'patchedSha256' in value && 'clientArgs' in value;
}

type GoldenFile = 'client-to-server.bin' | 'server-to-client.bin' | 'patch.bdsync';

export function readGolden(golden: GoldenCase, file: GoldenFile): Promise<Buffer> {
  return readFile(join(FOLDER, golden.id, file));
}

/** Writes `local.img` and `remote.img` into `folder`. */
export async function makeGoldenImages(golden: GoldenCase, folder: string): Promise<{local: string; remote: string}> {
  const images = {local: join(folder, 'local.img'), remote: join(folder, 'remote.img')};
  const script = join(FOLDER, 'make-images.mjs');
  await promisify(execFile)(process.execPath, [script, golden.case, images.local, images.remote]);
  return images;
}
