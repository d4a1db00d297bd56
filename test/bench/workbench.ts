import {mkdtemp, rm, statfs} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {formatBytes} from '#dist/units.js';
import {nativeBdsync} from '../support/native-bdsync.js';
import {BenchError} from './bench-error.js';
import type {BenchOptions} from './bench-options.js';
import {findPython} from './measuring/find-python.js';

/** Beside the images, for patches and reports. */
const SPARE_BYTES = 64 * 1024 ** 2;

/** What all experiments share. */
export interface Workbench extends AsyncDisposable {
  /** Temporary, and removed at the end. */
  readonly folder: string;
  readonly options: BenchOptions;
  /** A python3 that starts at once. */
  readonly python: string;
  /** The original bdsync. */
  readonly native: string | undefined;
  readonly signal: AbortSignal;
}

/** @throws BenchError 'missing-program', 'no-room'. */
export async function openWorkbench(options: BenchOptions, signal: AbortSignal): Promise<Workbench> {
  const python = findPython();
  await requireRoom(2.1 * options.sizeBytes + SPARE_BYTES);
  const folder = await mkdtemp(join(tmpdir(), 'bdsync-manager-bench-'));
  return {
    folder,
    options,
    python,
    native: nativeBdsync,
    signal,
    [Symbol.asyncDispose]: () => rm(folder, {recursive: true, force: true}),
  };
}

async function requireRoom(neededBytes: number): Promise<void> {
  const {bavail, bsize} = await statfs(tmpdir());
  if (bavail * bsize >= neededBytes) return;
  const sizes = `${formatBytes(bavail * bsize)} are free, ${formatBytes(neededBytes)} are needed`;
  throw new BenchError('no-room', `there is no room in ${tmpdir()}: ${sizes}`, {
    hint: 'name another folder in TMPDIR, or a smaller --size',
  });
}
