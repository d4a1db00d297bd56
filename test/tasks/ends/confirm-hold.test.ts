import {PassThrough} from 'node:stream';
import {expect, it} from 'vitest';
import {confirmHold, type HoldQuestion} from '#dist/tasks/ends/confirm-hold.js';
import {TaskError} from '#dist/tasks/task-error.js';

/** A hold that says this when it is asked, piece by piece. */
function holdThatSays(...pieces: readonly string[]) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const asked: string[] = [];
  stdout.resume();
  stdin.on('data', (bytes: Buffer) => {
    asked.push(bytes.toString());
    for (const piece of pieces) stdout.write(piece);
  });
  const question: HoldQuestion = {
    child: {stdin, stdout},
    lost: new Promise(() => {}),
    hostName: 'ssh backup',
    path: '/srv/home.img',
    signal: new AbortController().signal,
    timeoutMs: 200,
  };
  return {question, asked, stdout};
}

it.each([[['held\n']], [['he', 'ld\r\n']], [['held\nmore\n']]])(
  'is sure of a hold that says %j, again and again',
  async (pieces) => {
    const {question, asked, stdout} = holdThatSays(...pieces);
    const listeners = stdout.listenerCount('data');
    for (let time = 0; time < 2; time += 1) await confirmHold(question);
    expect(asked).toEqual(['still\n', 'still\n']);
    expect(stdout.listenerCount('data')).toBe(listeners);
  },
);

it.each([[[]], [['upheld\n']], [['{"state":"held"}\n']]])('is not sure of one that says %j', async (pieces) => {
  const {question} = holdThatSays(...pieces);
  await expect(confirmHold(question)).rejects.toMatchObject({
    code: 'target-hold-lost',
    message: 'bdsync --hold on ssh backup did not tell within 0.2 seconds that it still holds /srv/home.img',
    hint: expect.stringContaining('nothing was written'),
  });
});

it('does not take for an answer what was said before', async () => {
  const {question, stdout} = holdThatSays();
  stdout.write('held\n');
  await new Promise((resolve) => void setImmediate(resolve));
  await expect(confirmHold(question)).rejects.toMatchObject({code: 'target-hold-lost'});
});

it('tells why a hold ended', async () => {
  const lost = new TaskError('target-hold-lost', 'the connection broke');
  const {question} = holdThatSays();
  question.child.stdin.destroy();
  await expect(confirmHold({...question, lost: Promise.resolve(lost), timeoutMs: 60_000})).rejects.toBe(lost);
});

it('does not go on waiting when the run is over', async () => {
  const {question} = holdThatSays();
  const abort = new AbortController();
  const waiting = confirmHold({...question, signal: abort.signal, timeoutMs: 60_000});
  const reason = new Error('stopped by SIGTERM');
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});
