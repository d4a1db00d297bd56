import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {BenchError} from '../bench-error.js';
import type {Experiment, Sample} from '../experiment.js';
import {OUR_BDSYNC} from '../programs.js';

/** It is short, and what is short varies. */
const TIMES_ROUNDS = 5;

/** How long a client waits for the first word of a server. */
export const startUp: Experiment = {
  sections: [8],
  title: 'Start-up',
  baselines: ['node'],
  open: async ({options}) => ({
    subject: 'from the start of the process to the hello of bdsync --server, and to the end of node -e 0',
    rounds: options.rounds * TIMES_ROUNDS,
    variants: [
      {id: 'hello', section: 8, name: 'bdsync --server', run: runUntilHello},
      {id: 'node', section: 8, name: 'node -e 0', run: runEmptyProgram},
    ],
    cached: [],
    async [Symbol.asyncDispose]() {},
  }),
};

async function runUntilHello(): Promise<Sample> {
  const [program, ...words] = [...OUR_BDSYNC, '--server'];
  const start = performance.now();
  const child = spawn(program, words, {stdio: ['pipe', 'pipe', 'ignore']});
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
  const wallMs = performance.now() - start;
  if (!first) throw new BenchError('wrong-result', 'bdsync --server ended without a word');
  child.kill('SIGKILL');
  await ended;
  return {wallMs, cpuMs: undefined, peakBytes: {}};
}

async function runEmptyProgram(): Promise<Sample> {
  const start = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], {stdio: 'ignore'}), 'exit');
  return {wallMs: performance.now() - start, cpuMs: undefined, peakBytes: {}};
}
