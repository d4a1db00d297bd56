// write FOLDER FILE: fills FOLDER with numbered records, each synced before its number is written to FILE.
// read FOLDER: tells which records are there, and fails when one is damaged that the writer had finished.
import {createHash, randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

const RECORD_BYTES = 64 * 1024;
const DIGEST_BYTES = 32;
const MAX_RECORDS = 40;

const [, , command, folder, acknowledged] = process.argv;
if (command === 'write') await write();
else read();

async function write() {
  const acknowledgedFd = openSync(acknowledged, 'w');
  const folderFd = openSync(folder, 'r');
  for (let number = 1; ; number += 1) {
    const content = randomBytes(RECORD_BYTES - DIGEST_BYTES);
    const fd = openSync(pathOf(number), 'w');
    writeSync(fd, content);
    writeSync(fd, digestOf(number, content));
    fsyncSync(fd);
    closeSync(fd);
    fsyncSync(folderFd);
    // At once and always as long: a reader sees one number or the next.
    writeSync(acknowledgedFd, String(number).padEnd(8), 0);
    rmSync(pathOf(number - MAX_RECORDS), {force: true});
    // Leaves the single processor of a guest to the others for most of the time.
    await sleep(50);
  }
}

function read() {
  const numbers = readdirSync(folder)
    .flatMap((name) => /^record-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  const damaged = numbers.filter((number) => !isWhole(number));
  const last = numbers.at(-1);
  if (damaged.some((number) => number !== last)) throw new Error(`damaged: ${damaged.join(', ')}`);
  if (numbers.some((number, index) => number !== numbers[0] + index)) throw new Error(`gaps: ${numbers.join(', ')}`);
  console.log(JSON.stringify({first: numbers[0], lastWhole: damaged.length > 0 ? last - 1 : last}));
}

function isWhole(number) {
  const bytes = readFileSync(pathOf(number));
  if (bytes.length !== RECORD_BYTES) return false;
  const content = bytes.subarray(0, -DIGEST_BYTES);
  return digestOf(number, content).equals(bytes.subarray(-DIGEST_BYTES));
}

function digestOf(number, content) {
  return createHash('sha256').update(`${number} `).update(content).digest();
}

function pathOf(number) {
  return join(folder, `record-${number}`);
}
