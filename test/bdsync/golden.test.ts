import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions, generatePatch} from '#dist/bdsync/client.js';
import {serve} from '#dist/bdsync/server.js';
import {parseSizePolicy} from '#dist/bdsync/size-policy.js';
import {openNamed, PatchCollector, runSession} from '../support/bdsync-session.js';
import {GOLDEN_CASES, type GoldenCase, makeGoldenImages, readGolden} from '../support/golden-cases.js';
import {temporaryFolder} from '../support/temporary-folder.js';

describe.each(GOLDEN_CASES)('the recorded conversation $id', (golden) => {
  it('is answered by the server byte for byte', async () => {
    const folder = await temporaryFolder();
    await makeGoldenImages(golden, folder);
    const answers = await serveBytes(folder, await readGolden(golden, 'client-to-server.bin'));
    expect(sameBytes(answers, await readGolden(golden, 'server-to-client.bin'))).toBe(true);
  });

  it('gives the same patch between this client and this server', async () => {
    const folder = await temporaryFolder();
    await makeGoldenImages(golden, folder);
    const warnings: string[] = [];
    const session = runSession({
      folder,
      options: optionsOf(golden),
      onWarning: (message) => warnings.push(message),
    });
    if (golden.clientExit === 3) {
      const message = golden.clientStderr.trim();
      await expect(session).rejects.toMatchObject({code: 'size-mismatch', message});
      return;
    }
    const {patch, result} = await session;
    expect(sameBytes(patch, await readGolden(golden, 'patch.bdsync'))).toBe(true);
    expect(result.patchBytes).toBe(patch.length);
    expect(warnings).toEqual(golden.clientStderr === '' ? [] : [golden.clientStderr.trim()]);
  });
});

describe.each(GOLDEN_CASES.filter(({clientExit}) => clientExit === 0))('the recorded answers of $id', (golden) => {
  it('get the recorded requests from this client, and give the same patch', async () => {
    const folder = await temporaryFolder();
    await makeGoldenImages(golden, folder);
    const input = new PassThrough();
    input.end(await readGolden(golden, 'server-to-client.bin'));
    const output = new PassThrough();
    const patch = new PatchCollector();
    const requests = output.toArray();
    await using source = await openNamed(folder, 'local.img');
    await generatePatch({
      channel: {input, output},
      source,
      remotePath: 'remote.img',
      options: optionsOf(golden),
      writePatch: patch.write,
    });
    output.end();
    expect(sameBytes(patch.bytes(), await readGolden(golden, 'patch.bdsync'))).toBe(true);
    expect(sameBytes(Buffer.concat(await requests), await readGolden(golden, 'client-to-server.bin'))).toBe(true);
  });
});

async function serveBytes(folder: string, requests: Buffer): Promise<Buffer> {
  const input = new PassThrough();
  input.end(requests);
  const output = new PassThrough();
  const answers = output.toArray();
  await serve({
    channel: {input, output},
    openDevice: (name) => openNamed(folder, name),
  });
  output.end();
  return Buffer.concat(await answers);
}

/** Without the long differences that a failed comparison of buffers prints. */
function sameBytes(actual: Buffer, expected: Buffer): boolean {
  return actual.equals(expected);
}

type OptionSetter = (value: string | undefined) => Partial<DiffOptions>;

const SETTERS: Readonly<Record<string, OptionSetter>> = {
  '--twopass': () => ({twoPass: true}),
  '--remdata': () => ({remoteData: true}),
  // Blocks of zeros are recognised always: the bytes are the same.
  '--zeroblocks': () => ({}),
  '--flushcache': () => ({flushCache: true}),
  '--hash': (digest = '') => ({digest}),
  '--checksum': (checksum = '') => ({checksum}),
  '--blocksize': (bytes) => ({blockBytes: Number(bytes)}),
  '--diffsize': (value) => ({sizePolicy: parseSizePolicy(value)}),
};

function optionsOf(golden: GoldenCase): DiffOptions {
  let options: DiffOptions = {...DEFAULT_DIFF_OPTIONS, fixedSalt: true};
  for (const word of golden.clientArgs.split(' ').filter(Boolean)) {
    const [name = '', value] = word.split('=', 2);
    const setter = SETTERS[name];
    if (!setter) throw new Error(`unknown option ${word} of the case ${golden.id}`);
    options = {...options, ...setter(value)};
  }
  return options;
}
