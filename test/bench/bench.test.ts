import {readdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import {NO_NATIVE_BDSYNC, nativeBdsync} from '../support/native-bdsync.js';
import {reasonWithoutPython} from '../support/python-oracle.js';
import {runCommand, runProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BENCH = `${ROOT}build/bench/main.js`;
const TINY = ['--size=4m', '--rounds=1'];

const noPython = reasonWithoutPython();

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakBytes: Readonly<Record<string, number>>;
}

interface Report {
  readonly experiments: readonly {readonly variants: readonly {id: string; section: number; samples: Sample[]}[]}[];
  readonly aims: readonly {readonly what: string; readonly value: number | null; readonly isMet: boolean | null}[];
}

beforeAll(async () => {
  const built = await runCommand('npm', ['--prefix', ROOT, 'run', 'build:bench']);
  expect(built.status, built.stdout + built.stderr).toBe(0);
});

describe.skipIf(noPython !== undefined)(`the benchmark${noPython === undefined ? '' : ` (${noPython})`}`, () => {
  it('has figures for every section that can be measured, and leaves nothing behind', async () => {
    const TMPDIR = await temporaryFolder();
    const {status, stdout, stderr} = await runProgram(BENCH, [...TINY, '--json'], {TMPDIR});
    expect(status, stderr).toBe(0);
    const {experiments, aims}: Report = JSON.parse(stdout);
    const variants = experiments.flatMap((experiment) => experiment.variants);
    expect(new Set(variants.map(({section}) => section))).toEqual(
      new Set(nativeBdsync === undefined ? [1, 4, 5, 6, 7, 8, 9] : [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
    const samples = variants.flatMap((variant) => variant.samples);
    expect(samples.length).toBeGreaterThan(variants.length);
    for (const {wallMs, cpuMs, peakBytes} of samples) {
      expect(wallMs).toBeGreaterThan(0);
      for (const bytes of Object.values(peakBytes)) expect(bytes).toBeGreaterThan(1e6);
      if (cpuMs !== null) expect(Object.keys(peakBytes)).not.toEqual([]);
    }
    const ours = variants.find(({id}) => id === 'ours')?.samples[0];
    // Two processes of Node.js, of which none starts for nothing.
    expect(ours?.cpuMs).toBeGreaterThan(20);
    expect(Object.keys(ours?.peakBytes ?? {})).toEqual(['client', 'server']);
    const unjudged = aims.filter(({isMet}) => isMet === null);
    const needNative = aims.filter(({what}) => what.includes('native'));
    expect(needNative.length).toBeLessThan(aims.length);
    expect(unjudged).toEqual(nativeBdsync === undefined ? needNative : []);
    expect(await readdir(TMPDIR)).toEqual([]);
  }, 180_000);

  it('tells the ratios to the original program, and which aims are met', async ({skip}) => {
    skip(nativeBdsync === undefined, NO_NATIVE_BDSYNC);
    const {status, stdout, stderr} = await runProgram(BENCH, [...TINY, '--only=1,2,3'], {
      BDSYNC_NATIVE: nativeBdsync,
      TMPDIR: await temporaryFolder(),
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^a +both ends ours +1( +[\d.]+){2} - [\d.]+( +[\d.]+){3} +client \d+, server \d+$/m);
    expect(stdout).toMatch(/^b +both ends native +2 .* 1\.00 +1\.00 +client/m);
    expect(stdout).toMatch(/^c +our client, native server +3 /m);
    expect(stdout).toMatch(/^d +native client, our server +3 /m);
    expect(stdout).toMatch(/^md5, time: native \/ ours +at least 3 +[\d.]+ +(met|missed)$/m);
    expect(stdout).toMatch(/^patching, time: ours \/ dd +at most 1.5 +- +not measured$/m);
    expect(stdout).toMatch(/machine .+ cores/);
    expect(stdout).toMatch(/Node\.js 2/);
  });

  it('fails when a result is wrong, and leaves nothing behind', async () => {
    const TMPDIR = await temporaryFolder();
    // It succeeds, and compares nothing: not even a server is started.
    const result = await runProgram(BENCH, [...TINY, '--only=2'], {BDSYNC_NATIVE: '/bin/true', TMPDIR});
    expect(result).toMatchObject({status: 1, stdout: ''});
    expect(result.stderr).toMatch(/^bench: \/bin\/true started no server$/m);
    expect(await readdir(TMPDIR)).toEqual([]);
  });

  it('fails when the original program is not where it should be', async () => {
    const result = await runProgram(BENCH, TINY, {BDSYNC_NATIVE: '/nowhere/bdsync'});
    expect(result).toMatchObject({status: 1, stdout: ''});
    expect(result.stderr).toBe('bench: there is no program /nowhere/bdsync, which BDSYNC_NATIVE names\n');
  });

  it('stops at a signal, and leaves nothing behind', async () => {
    const TMPDIR = await temporaryFolder();
    const running = startProgram(BENCH, ['--size=64m', '--only=4'], {TMPDIR});
    await running.untilStderr(/round 1 of 5/);
    expect(await readdir(TMPDIR)).toHaveLength(1);
    running.child.kill('SIGTERM');
    expect(await running.result).toMatchObject({status: 1, stdout: ''});
    expect(await readdir(TMPDIR)).toEqual([]);
  });

  it('refuses options that it cannot take, and names those that it can', async () => {
    const refusals = [
      ['--only=1,77', /--only=1,77: the sections are 1, 2, 3, 4, 5, 6, 7, 8/],
      ['--size=5', /--size=5: it is at least 1m/],
      ['--rounds=0', /--rounds=0: it is a number from 1/],
      ['--slow', /unrecognized option '--slow'/],
    ] as const;
    for (const [option, message] of refusals) {
      expect(await runProgram(BENCH, [option])).toMatchObject({status: 1, stderr: expect.stringMatching(message)});
    }
    const {status, stdout} = await runProgram(BENCH, ['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--rounds=N');
  });
});
