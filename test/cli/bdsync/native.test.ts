import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {DiffOptions} from '#dist/bdsync/compare/diff-options.js';
import {diffChoices, imagePair} from '../../support/image-pairs.js';
import {NO_NATIVE_BDSYNC, nativeBdsync} from '../../support/native-bdsync.js';
import {OUR_BDSYNC, runBdsync, serverCommand} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

/** With larger blocks the original client can write data past the end of the device into the patch. */
const MAX_NATIVE_BLOCK_BYTES = 32768;

type DiffChoices = Omit<DiffOptions, 'fixedSalt' | 'sizePolicy'>;

function clientWords(options: DiffChoices): string[] {
  const {blockBytes, digest, checksum, twoPass, remoteData, flushCache} = options;
  const flags = {'--twopass': twoPass, '--remdata': remoteData, '--flushcache': flushCache};
  return [
    `--blocksize=${blockBytes}`,
    `--hash=${digest}`,
    ...(checksum === undefined ? [] : [`--checksum=${checksum}`]),
    ...Object.entries(flags).flatMap(([flag, isOn]) => (isOn ? [flag] : [])),
    '--diffsize=resize',
  ];
}

describe.each([
  ['our client, our server', 'ours', 'ours'],
  ['our client, the original server', 'ours', 'native'],
  ['the original client, our server', 'native', 'ours'],
  ['the original client and server', 'native', 'native'],
] as const)('%s', (_, client, server) => {
  it('turn any target into its source, whoever applies the patch', async ({skip}) => {
    skip(nativeBdsync === undefined, NO_NATIVE_BDSYNC);
    const native = [nativeBdsync ?? ''];
    const programs = {ours: OUR_BDSYNC, native};
    const cwd = await temporaryFolder();
    const property = fc.asyncProperty(
      imagePair,
      diffChoices,
      fc.constantFrom('', '--zeroblocks'),
      fc.constantFrom('ours', 'native'),
      async ({local, remote}, choices, serverOptions, patcher) => {
        const blockBytes =
          client === 'native' ? Math.min(choices.blockBytes, MAX_NATIVE_BLOCK_BYTES) : choices.blockBytes;
        const options = {...choices, blockBytes};
        await writeFile(join(cwd, 'local.img'), local);
        await writeFile(join(cwd, 'remote.img'), remote);
        const words = [
          ...clientWords(options),
          serverCommand(programs[server], serverOptions),
          'local.img',
          'remote.img',
        ];
        const made = await runBdsync(words, {cwd, program: programs[client]});
        expect(made).toMatchObject({status: 0, stderr: ''});

        const [source, target] = options.remoteData ? [remote, 'local.img'] : [local, 'remote.img'];
        // The original cannot make a file empty.
        const program = source.length === 0 ? OUR_BDSYNC : programs[patcher];
        const applied = await runBdsync([`--patch=${target}`, '--diffsize=resize'], {
          cwd,
          input: made.stdout,
          program,
        });
        expect(applied.status).toBe(0);
        expect(source.equals(await readFile(join(cwd, target)))).toBe(true);
      },
    );
    await fc.assert(property, {numRuns: 12});
  });
});
