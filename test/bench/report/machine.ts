import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {arch, availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type} from 'node:os';
import {packageVersion} from '#dist/version.js';
import {BenchError} from '../bench-error.js';

/** Where figures were measured, and of what. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly hasShaInstructions: boolean;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** Processes that wanted to run in the last minute, on average. */
  readonly load: number;
  /** Kind of the file system that the images are on. */
  readonly fileSystem: string;
  readonly node: string;
  readonly openssl: string;
  readonly ours: string;
  /** The original does not tell its version: its file, and the beginning of the SHA-256 of that. */
  readonly native: string | undefined;
}

/** @throws BenchError 'missing-program' when `native` is none. */
export function describeMachine(native: string | undefined): Machine {
  const cpuInfo = readFileSync('/proc/cpuinfo', 'utf8');
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    hasShaInstructions: /^flags\s*:.*\bsha_ni\b|^Features\s*:.*\bsha2\b/m.test(cpuInfo),
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()} ${arch()}`,
    load: loadavg()[0] ?? 0,
    fileSystem: outputOf('stat', '--file-system', '--format=%T', tmpdir()),
    node: process.versions.node,
    openssl: process.versions.openssl,
    ours: packageVersion(),
    native: native === undefined ? undefined : describeProgram(native),
  };
}

function describeProgram(program: string): string {
  const path = outputOf('sh', '-c', 'command -v "$1"', 'sh', program);
  if (path === '') throw new BenchError('missing-program', `there is no program ${program}, which BDSYNC_NATIVE names`);
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  return `${path} (sha256 ${digest.slice(0, 12)})`;
}

function outputOf(program: string, ...words: string[]): string {
  return spawnSync(program, words, {encoding: 'utf8'}).stdout.trim();
}
