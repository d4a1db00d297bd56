import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {PatchDecoder} from '#dist/bdsync/patch/patch-decoder.js';
import {patchRegions} from '../../support/format-regions.js';
import {framedMessages} from '../../support/framed-messages.js';
import {edited, noise} from '../../support/images.js';
import {inTurns} from '../../support/in-turns.js';
import {runBdsync} from '../../support/run-bdsync.js';
import {sealedImages} from '../../support/sealed-images.js';
import {serverScript} from '../../support/server-script.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const LOCAL = noise(60_000, 1);
// All kinds of messages, with the same bytes each time.
const OPTIONS = ['--fixedsalt', '--twopass', '--remdata', '--checksum=md5'];
const EMPTY = Buffer.alloc(0);
const IMAGES = ['local.img', 'remote.img'] as const;

interface Recording {
  readonly cwd: string;
  readonly requests: Buffer;
  readonly answers: Buffer;
}

async function recorded(): Promise<Recording> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'local.img'), LOCAL);
  await writeFile(join(cwd, 'remote.img'), edited(LOCAL, 3, 2));
  const server = await serverScript(cwd, 'tee requests | $SERVER | tee answers');
  expect(await runBdsync([...OPTIONS, server, ...IMAGES], {cwd})).toMatchObject({status: 0, stderr: ''});
  const [requests, answers] = await Promise.all(['requests', 'answers'].map((name) => readFile(join(cwd, name))));
  if (!requests || !answers) throw new Error('nothing was recorded');
  return {cwd, requests, answers};
}

/** Between all messages, within their headers, behind these, and within what follows. */
function cutsOf(stream: Buffer): number[] {
  const cuts = new Set<number>();
  let start = 0;
  for (const message of framedMessages(stream)) {
    for (const offset of [0, 2, 5, message.length - 1]) cuts.add(start + Math.min(offset, message.length - 1));
    start += message.length;
  }
  return [...cuts];
}

function isWholePatch(bytes: Buffer): boolean {
  const decoder = new PatchDecoder();
  try {
    decoder.push(bytes);
    decoder.finish();
    return true;
  } catch {
    return false;
  }
}

describe('a conversation that is cut off', () => {
  it('on its way to the client, leaves it with a failure and without a whole patch', async () => {
    const {cwd, answers} = await recorded();
    const compare = async (answerBytes: number): Promise<unknown> => {
      // A program that goes on listening, and says in the end that all is well.
      const server = `/bin/sh -c 'head -c ${answerBytes} answers; exec >&-; cat >/dev/null'`;
      const {status, stdout} = await runBdsync([...OPTIONS, server, ...IMAGES], {cwd});
      return [answerBytes, status, isWholePatch(stdout)];
    };
    expect(await compare(answers.length)).toEqual([answers.length, 0, true]);
    await inTurns(cutsOf(answers), async (cut) => expect(await compare(cut)).toEqual([cut, 4, false]));
  });

  it('on its way to the server, is an error there', async () => {
    const {cwd, requests} = await recorded();
    expect(await runBdsync(['--server'], {cwd, input: requests})).toMatchObject({status: 0});
    // A client may leave when it has been told the size.
    const [hello = EMPTY, device = EMPTY] = framedMessages(requests);
    const leave = hello.length + device.length;
    await inTurns(cutsOf(requests), async (cut) => {
      const {status} = await runBdsync(['--server'], {cwd, input: requests.subarray(0, cut)});
      expect([cut, status]).toEqual([cut, cut === leave ? 0 : 4]);
    });
  });

  it('between the two, anywhere, ends both', async () => {
    const {cwd, requests, answers} = await recorded();
    const places = noise(64, Date.now() & 0xffff);
    for (let index = 0; index < 4; index += 1) {
      const [one, other] = [places.readUInt32LE(index * 8), places.readUInt32LE(index * 8 + 4)];
      // The whole way is gone with one direction of it. Other than head(1), dd passes on at once what it gets.
      const scripts = [
        `$SERVER | { dd bs=1 count=${one % answers.length} status=none; kill -KILL $$; }`,
        `dd bs=1 count=${other % requests.length} status=none | $SERVER`,
      ];
      for (const script of scripts) {
        const {status, stdout} = await runBdsync([...OPTIONS, await serverScript(cwd, script), ...IMAGES], {cwd});
        expect([script, status, isWholePatch(stdout)]).toEqual([script, 4, false]);
      }
    }
  });
});

describe('a patch that is cut off on its way to bdsync --patch', () => {
  it('is an error at every place, and the target is as before from some extent on', async () => {
    const before = noise(12_000, 3);
    const after = edited(before, 2, 4);
    const {patchPath} = await sealedImages({source: after, target: before});
    const patch = await readFile(patchPath);
    const regions = patchRegions(patch);
    const patchBytes = patch.indexOf('BDSYNC-SEAL');
    const cuts = new Set(regions.flatMap(({start, end}) => [start, (start + end) >> 1]));
    await inTurns([...cuts], async (cut) => {
      const cwd = await temporaryFolder();
      await writeFile(join(cwd, 'target.img'), before);
      const {status} = await runBdsync(['--patch=target.img'], {cwd, input: patch.subarray(0, cut)});
      const target = await readFile(join(cwd, 'target.img'));
      // Without its seal it is a whole patch.
      expect([cut, status]).toEqual([cut, cut === patchBytes ? 0 : 2]);
      const firstOld = after.findIndex((byte, index) => byte !== target[index]);
      if (cut === patchBytes) expect(target.equals(after)).toBe(true);
      else if (firstOld >= 0) expect(target.subarray(firstOld).equals(before.subarray(firstOld))).toBe(true);
    });
  });
});
