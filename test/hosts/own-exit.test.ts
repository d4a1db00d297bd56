import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {describe, expect, onTestFinished, test} from 'vitest';
import {processesRunning, uniqueSeconds, waitForProcesses} from '../support/processes.js';

const SCRIPT = '/usr/bin/script';

/** Starts a Node program of its own that has `localHost` and `connectionHost` at hand. */
function startProgram(body: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--input-type=module', '-e', programText(body)]);
}

function programText(body: string): string {
  return `import {localHost} from '#dist/hosts/local-host.js';
import {connectionHost} from '#dist/hosts/connection-host.js';
${body}`;
}

function startFamily(sleeper: readonly string[], onTerminal: boolean): string {
  const text = sleeper.join(' ');
  const script = `trap "" TERM; ${text} & sh -c "${text}; :"`;
  return `await localHost({onTerminal: ${onTerminal}}).spawn(['sh', '-c', '${script}'], {describe: 'family'});
const stay = setInterval(() => {}, 1000);
`;
}

async function endOf(
  program: ChildProcessWithoutNullStreams,
): Promise<{status: unknown; signal: unknown; output: string}> {
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
  }
  const [status, signal]: unknown[] = await once(program, 'close');
  return {status, signal, output};
}

describe.concurrent.each([{onTerminal: false}, {onTerminal: true}])('onTerminal: $onTerminal', ({onTerminal}) => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s takes children and theirs along', async (signal) => {
    const sleeper = ['sleep', uniqueSeconds()];
    const program = startProgram(startFamily(sleeper, onTerminal));
    const end = endOf(program);
    await waitForProcesses(sleeper, 2);
    program.kill(signal);
    expect(await end).toMatchObject({signal, output: ''});
    await waitForProcesses(sleeper, 0);
  });

  test.each([
    ['process.exit', 'process.exit(3);', 3],
    ['a defect', "throw new Error('defect');", 1],
  ])('%s does, too', async (_name, ending, status) => {
    const sleeper = ['sleep', uniqueSeconds()];
    const wait = `process.stdin.once('data', () => { ${ending} });`;
    const program = startProgram(startFamily(sleeper, onTerminal) + wait);
    const end = endOf(program);
    await waitForProcesses(sleeper, 2);
    program.stdin.end('go');
    expect(await end).toMatchObject({status});
    await waitForProcesses(sleeper, 0);
  });
});

test.each([
  ['process.exit', 'process.exit(3);', 3],
  ['a defect', "throw new Error('defect');", 1],
  ['a signal', "process.kill(process.pid, 'SIGTERM');", null],
])('%s leaves what must come to its end alone', async (_name, ending, status) => {
  const sleeper = ['sleep', uniqueSeconds()];
  const body = `void localHost().run(${JSON.stringify(sleeper)}, {outlivesUs: true});
await localHost().spawn(['sleep', '1000'], {describe: 'another'});
process.stdin.once('data', () => { ${ending} });`;
  const program = startProgram(body);
  const end = endOf(program);
  const [pid = 0] = await waitForProcesses(sleeper, 1);
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  program.stdin.end('go');
  expect(await end).toMatchObject({status});
  expect(processesRunning(sleeper)).toEqual([pid]);
});

test.each(['on', 'once'])('a signal that the program handles (process.%s) is left to it', async (method) => {
  const sleeper = ['sleep', uniqueSeconds()];
  const program =
    startProgram(`process.${method}('SIGTERM', () => { process.stdout.write('handled'); setTimeout(() => process.exit(4), 200); });
${startFamily(sleeper, false)}`);
  const end = endOf(program);
  await waitForProcesses(sleeper, 2);
  program.kill('SIGTERM');
  expect(await end).toEqual({status: 4, signal: null, output: 'handled'});
  await waitForProcesses(sleeper, 0);
});

test('nothing keeps a program alive whose children have ended', async () => {
  const program = startProgram(`
const listeners = () => ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name)).join();
const before = listeners();
const host = connectionHost(['env'], {quoting: 'auto'});
await host.run(['cat'], {input: 'x', timeoutMs: 3_600_000, signal: new AbortController().signal});
await host.run(['sleep', '100'], {timeoutMs: 10}).catch(() => {});
await localHost().run(['bdsync-is-not-there']).catch(() => {});
const child = await localHost().spawn(['cat'], {describe: 'cat'});
child.stdin.write('never read');
await child[Symbol.asyncDispose]();
process.stdout.write(listeners() === before ? 'nothing left' : listeners() + ' listen');
process.exitCode = 6;
`);
  const startedAt = performance.now();
  expect(await endOf(program)).toEqual({status: 6, signal: null, output: 'nothing left'});
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

const skip = existsSync(SCRIPT) ? undefined : `no ${SCRIPT} (util-linux) for a terminal`;
if (skip !== undefined) console.warn(`SKIPPED: a question on the terminal: ${skip}`);

test.skipIf(skip !== undefined).each([
  ['from there', '<&0'],
  ['from nowhere', '</dev/null'],
])('a connection can ask a person on our terminal, also with our input %s', async (_name, redirection) => {
  const asking = 'printf "password: " >/dev/tty; read -r word </dev/tty; test "$word" = opened && exec "$@"';
  const text = programText(`
const host = connectionHost(['sh', '-c', ${JSON.stringify(asking)}, 'asking'], {quoting: 'none'});
const {stdout} = await host.run(['printf', 'over%s', 'there']);
process.stdout.write(stdout);
`);
  const terminal = spawn(SCRIPT, ['-qec', `"$NODE" --input-type=module -e "$PROGRAM" ${redirection}`, '/dev/null'], {
    env: {...process.env, NODE: process.execPath, PROGRAM: text, SHELL: '/bin/sh'},
  });
  const end = endOf(terminal);
  terminal.stdout.on('data', (bytes: Buffer) => {
    if (bytes.includes('password: ')) terminal.stdin.write('opened\n');
  });
  const {status, output} = await end;
  expect(output).toContain('overthere');
  expect(status).toBe(0);
});
