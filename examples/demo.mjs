// Shows bdsync-manager at work on sample images in a temporary folder, and removes them. Status 0 if all went well.
import {spawn} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {copyFile, mkdir, mkdtemp, open, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {formatReportTable} from '#dist/cli/text/report-table.js';

const PROGRAM = fileURLToPath(new URL('../bin/bdsync-manager.js', import.meta.url));
const BLOCK_BYTES = 4096;
const IMAGE_BLOCKS = 16384;
const CHANGED_EVERY = 100;
const COLUMNS_OF_A_LOG = 80;

let running;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
    running?.kill(signal);
  });
}

const folder = await mkdtemp(join(tmpdir(), 'bdsync-manager-demo-'));
try {
  process.exitCode = (await demonstrate()) ? 0 : 1;
} catch (error) {
  if (!isInterrupted) throw error;
  process.exitCode = 1;
} finally {
  await rm(folder, {recursive: true, force: true});
  say('', `The folder ${folder} has been removed.`);
}

async function demonstrate() {
  const source = join(folder, 'source.img');
  const targets = [join(folder, 'in-place.img'), join(folder, 'patch-file.img')];

  say(`Sample images, in ${folder}:`);
  const changed = await makeImages(source, targets);
  say(
    `  source.img                       ${(IMAGE_BLOCKS * BLOCK_BYTES) / 1024 ** 2} MiB of random data`,
    '  in-place.img and patch-file.img  copies of it, made before the last changes:',
    `                                   ${changed} of ${IMAGE_BLOCKS} blocks differ now`,
  );

  const text = configuration();
  await writeFile(join(folder, 'demo.conf'), text);
  say('', 'A configuration, demo.conf, with one task for each way of writing:', '');
  say(...text.trimEnd().split('\n').map(indented));

  say('', 'The first run. Its JSON is shown here as the table that a terminal has without --json:', '');
  await runManager();

  say('', 'Once more, shown in the same way. Nothing differs any longer, so that nothing is written:', '');
  const report = await runManager();
  const isStill = report.tasks.every(({figures}) => figures.differingBlocks === 0);
  if (!isStill) say('', 'The second run still found blocks that differ. This must not happen.');

  say('', 'The images, by SHA-256:', '');
  const digests = await Promise.all([source, ...targets].map(sha256));
  say(`  ${digests[0]}  source.img`, `  ${digests[1]}  in-place.img`, `  ${digests[2]}  patch-file.img`, '');
  const isEqual = digests.every((digest) => digest === digests[0]);
  say(isEqual ? 'All three are equal.' : 'They are NOT equal. This must not happen.');
  return isStill && isEqual;
}

/** Makes the source and the copies of what it was before; resolves to the number of blocks that differ. */
async function makeImages(source, targets) {
  const chunkBlocks = 256;
  const file = await open(source, 'wx+');
  try {
    for (let block = 0; block < IMAGE_BLOCKS; block += chunkBlocks) await write(file, block, chunkBlocks);
    for (const target of targets) await copyFile(source, target);
    let changed = 0;
    for (let block = CHANGED_EVERY / 2; block < IMAGE_BLOCKS; block += CHANGED_EVERY) {
      await write(file, block, 1);
      changed += 1;
    }
    await mkdir(join(folder, 'patches'));
    return changed;
  } finally {
    await file.close();
  }
}

async function write(file, block, count) {
  if (isInterrupted) throw new Error('interrupted');
  await file.write(randomBytes(count * BLOCK_BYTES), 0, count * BLOCK_BYTES, block * BLOCK_BYTES);
}

function configuration() {
  return `[DEFAULT]
folder = ${folder.replaceAll('%', '%%')}
source_path = %(folder)s/source.img
state_dir = %(folder)s/state

[in-place]
target_path = %(folder)s/in-place.img
apply_patch_in_place = yes

[patch-file]
target_path = %(folder)s/patch-file.img
target_patch_dir = %(folder)s/patches
`;
}

/** Runs the program on the configuration and shows its report. */
async function runManager() {
  const words = ['--config', join(folder, 'demo.conf'), '--json'];
  say(`$ bdsync-manager ${words.join(' ')}`);
  running = spawn(process.execPath, [PROGRAM, ...words], {stdio: ['ignore', 'pipe', 'inherit']});
  const ended = new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', resolve);
  });
  let text = '';
  for await (const piece of running.stdout.setEncoding('utf8')) text += piece;
  const status = await ended;
  running = undefined;
  if (status !== 0) throw new Error(`bdsync-manager ended with status ${status}`);
  // JSON has null for what a report does not say.
  const report = JSON.parse(text, (_, value) => value ?? undefined);
  const {isTTY = false, columns = COLUMNS_OF_A_LOG} = process.stdout;
  say(formatReportTable(report, {columns, hasColors: isTTY && !process.env.NO_COLOR}).trimEnd());
  return report;
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest('hex');
}

function indented(line) {
  return line === '' ? '' : `  ${line}`;
}

function say(...lines) {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
