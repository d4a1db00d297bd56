import type {Host, RunResult} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {plainText} from '../../plain-text.js';
import {TaskError} from '../task-error.js';

/** Which bdsync a program is. Only ours holds its target and tells more than the protocol does. */
export type FarEnd = {readonly kind: 'ours'; readonly version: string} | {readonly kind: 'original'};

export interface BdsyncProgram {
  readonly host: Host;
  readonly words: readonly string[];
  /** Of the configuration, that names it. */
  readonly key: 'local_bdsync_bin' | 'remote_bdsync_bin';
}

/**
 * Asks a bdsync for its version: ours answers, the original refuses the option and shows its usage.
 *
 * @throws TaskError 'no-bdsync'; 'foreign-output' where its output comes with other text, which breaks the protocol;
 * HostError when the connection failed.
 */
export async function identifyFarEnd(program: BdsyncProgram, signal?: AbortSignal): Promise<FarEnd> {
  const result = await askVersion(program, signal);
  const {status, stdout, stderr} = result;
  const answer = /^bdsync-manager (\S+)\r?\n/m.exec(stdout);
  const isOriginal = /unrecognized option|REMSHCMD/.test(`${stderr}\n${stdout}`);
  if (!isOriginal && (status !== 0 || answer === null)) throw noBdsync(program, result);
  refuseForeignOutput(program.host, stdout, answer?.[0] ?? '');
  return answer?.[1] === undefined ? {kind: 'original'} : {kind: 'ours', version: answer[1]};
}

async function askVersion({host, words, key}: BdsyncProgram, signal?: AbortSignal): Promise<RunResult> {
  try {
    return await host.run([...words, '--version'], {signal, describe: `${words.join(' ')} --version`});
  } catch (error) {
    if (!(error instanceof HostError) || !isAboutProgram(error, host)) throw error;
    const {message, errorLines} = error;
    throw new TaskError('no-bdsync', message, {cause: error, errorLines, hint: REMEDIES[key]});
  }
}

/** What could not be started there may as well be the connection command. */
function isAboutProgram({code}: HostError, {isLocal}: Host): boolean {
  return code === 'command-not-found' || (isLocal && code === 'spawn-failed');
}

const REMEDIES: Readonly<Record<BdsyncProgram['key'], string>> = {
  local_bdsync_bin: 'correct local_bdsync_bin, or leave it out: then nothing but bdsync-manager is needed here',
  remote_bdsync_bin: 'install bdsync-manager or bdsync there, or name the program with remote_bdsync_bin',
};

function noBdsync({host, words, key}: BdsyncProgram, {status, stderr}: RunResult): TaskError {
  return new TaskError('no-bdsync', `${words.join(' ')} on ${host.name} is no bdsync (status ${status})`, {
    errorLines: stderr.split('\n').filter((line) => line.trim() !== ''),
    hint: REMEDIES[key],
  });
}

const MAX_QUOTED_CHARACTERS = 200;

function refuseForeignOutput(host: Host, stdout: string, answer: string): void {
  if (stdout.includes('\r\n')) {
    throw new TaskError('foreign-output', `${host.name} runs programs on a terminal, which changes what they write`, {
      hint: 'take the option for a terminal (-t, -tt) out of connection_command',
    });
  }
  const text = plainText(stdout.replace(answer, '').trim().replaceAll(/\s+/g, ' '));
  if (text === '') return;
  const quote = text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text;
  throw new TaskError('foreign-output', `${host.name} adds to the output of every program: "${quote}"`, {
    hint: 'what starts bdsync there must print nothing of its own, the login shell (.bashrc, .profile) included',
  });
}
