import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {BenchError} from '../bench-error.js';
import type {Sample} from '../experiment.js';
import type {ImagePair} from '../images/image-pair.js';
import {requirePatch} from '../images/require-patch.js';
import type {Workbench} from '../workbench.js';
import {measure, meterWords, readUsage} from './measure.js';

/** The programs at the two ends, as the words that start them, and what both are told. */
export interface Ends {
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly flags?: readonly string[];
}

/**
 * Compares a pair once, by a client that starts its server; the patch must be the right one.
 *
 * @throws BenchError 'command-failed', 'wrong-result', 'interrupted'.
 */
export async function measureEnds(bench: Workbench, pair: ImagePair, ends: Ends): Promise<Sample> {
  const {client, server, flags = []} = ends;
  const patch = join(bench.folder, 'patch');
  const serverFigures = join(bench.folder, 'server-figures.json');
  const remoteCommand = [...meterWords(bench, serverFigures, true), ...server, '--server', ...flags];
  const words = [...client, ...flags, remoteCommand.map(quoted).join(' '), pair.source, pair.target];

  const usage = await measure(bench, words, {stdout: patch});
  if (!existsSync(serverFigures)) throw new BenchError('wrong-result', `${client.join(' ')} started no server`);
  const {status, cpuMs, peakBytes, meterCpuMs = 0} = await readUsage(serverFigures);
  if (status !== 0) throw new BenchError('command-failed', `status ${status} of the server: ${server.join(' ')}`);
  await requirePatch(patch, pair);
  await Promise.all([patch, serverFigures].map((path) => rm(path)));
  return {
    wallMs: usage.wallMs,
    cpuMs: usage.cpuMs - meterCpuMs + cpuMs,
    peakBytes: {client: usage.peakBytes, server: peakBytes},
  };
}

/** As both programs split the command of a server. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "''")}'`;
}
