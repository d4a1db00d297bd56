import {spawn, spawnSync} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';
import {fileURLToPath} from 'node:url';

const PYTHON = 'python3';

/** Why tests against Python cannot run on this machine; undefined when they can. */
export function reasonWithoutPython(): string | undefined {
  const probe = spawnSync(PYTHON, ['-c', 'import configparser, shlex'], {encoding: 'utf8'});
  if (probe.error) return `${PYTHON} cannot be started: ${probe.error.message}`;
  return probe.status === 0 ? undefined : `${PYTHON} lacks its standard library: ${probe.stderr}`;
}

/** Asks one Python process all questions of one kind; one answer each, in order, shaped as python-oracle.py says. */
export async function askPython<Answer>(
  kind: 'configparser' | 'shlex' | 'boolean',
  questions: readonly string[],
): Promise<Answer[]> {
  const script = fileURLToPath(new URL('python-oracle.py', import.meta.url));
  const child = spawn(PYTHON, [script, kind], {stdio: ['pipe', 'pipe', 'inherit']});
  const lines = questions.map((question) => `${JSON.stringify(question)}\n`);
  const [answers] = await Promise.all([text(child.stdout), pipeline(lines, child.stdin)]);
  const parsed = answers
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Answer => JSON.parse(line));
  if (parsed.length !== questions.length) throw new Error(`${parsed.length} answers to ${questions.length} questions`);
  return parsed;
}
