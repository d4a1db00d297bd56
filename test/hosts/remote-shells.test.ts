import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {connectionHost} from '#dist/hosts/connection-host.js';
import {installedShells} from '../support/shells.js';
import {sshdMissing, startSshd} from '../support/sshd.js';
import {anyLine, anyWord} from '../support/word-arbitrary.js';

const skip = sshdMissing();
if (skip !== undefined) console.warn(`SKIPPED: words through ssh: ${skip}`);

describe.skipIf(skip !== undefined)('words through ssh', () => {
  test.each(installedShells())('arrive unchanged in $name', async ({command, isLineBound}) => {
    await using sshd = await startSshd({remoteShell: command.join(' ')});
    await expectUnchangedWords(sshd.connectionWords, 4, isLineBound ? anyLine : anyWord);
  });

  test.each(installedShells().filter(({isLineBound}) => isLineBound))(
    'are refused in $name where it cannot read them, with the reason',
    async ({command}) => {
      await using sshd = await startSshd({remoteShell: command.join(' ')});
      const host = connectionHost(sshd.connectionWords, {quoting: 'auto'});
      await expect(host.run(['printf', '%s', 'two\nlines'])).rejects.toMatchObject({
        code: 'shell-unfit',
        message: expect.stringContaining('takes no line break in a word'),
      });
    },
  );

  test('arrive unchanged through ssh through ssh', async () => {
    await using sshd = await startSshd();
    await expectUnchangedWords([...sshd.connectionWords, ...sshd.connectionWords], 2);
  });

  test('arrive unchanged in a program that ssh starts with more words', async () => {
    await using sshd = await startSshd();
    await expectUnchangedWords([...sshd.connectionWords, 'env', 'A=1'], 2);
  });

  test('arrive unchanged behind the banner of a login shell', async () => {
    const banner = 'Welcome to \u001b[1mbackup\u001b[0m!\nprintf %s \\\\\\\\\n';
    await using sshd = await startSshd({banner});
    const host = connectionHost(sshd.connectionWords, {quoting: 'auto'});
    expect(await host.run(['printf', '%s', 'a  b'])).toMatchObject({stdout: `${banner}a  b`});
  });
});

async function expectUnchangedWords(
  connection: readonly string[],
  numRuns: number,
  word: fc.Arbitrary<string> = anyWord,
): Promise<void> {
  const host = connectionHost(connection, {quoting: 'auto'});
  await fc.assert(
    fc.asyncProperty(fc.array(word, {minLength: 50, maxLength: 200}), async (words) => {
      const {stdout} = await host.run(['printf', '%s\\0', ...words]);
      expect(stdout.split('\0')).toEqual([...words, '']);
    }),
    {numRuns},
  );
}
