// Writes the patch that makes TARGET like SOURCE to standard output, by the work that the original program does, in one
// thread: one salted MD5 of OpenSSL for each block of both, compared block by block.
//
//     node reference-pair.js SOURCE TARGET
import {createHash, randomBytes} from 'node:crypto';
import {fstatSync, openSync, readSync, writeSync} from 'node:fs';
import {encodeExtentHeader, encodePatchEnd, encodePatchHeader} from '#dist/bdsync/patch/patch-format.js';
import {BLOCK_BYTES} from './images/image-pair.js';

const READ_BYTES = 256 * BLOCK_BYTES;
const STDOUT = 1;

const salt = randomBytes(32);
const [sourcePath = '', targetPath = ''] = process.argv.slice(2);
const source = {descriptor: openSync(sourcePath, 'r'), data: Buffer.alloc(READ_BYTES)};
const target = {descriptor: openSync(targetPath, 'r'), data: Buffer.alloc(READ_BYTES)};
const sizeBytes = fstatSync(source.descriptor).size;

writeSync(STDOUT, encodePatchHeader({sizeBytes, deviceName: Buffer.from(targetPath)}));
for (let position = 0; position < sizeBytes; position += READ_BYTES) {
  const expected = digestsAt(target, position);
  const found = digestsAt(source, position);
  for (const [index, digest] of found.entries()) {
    if (expected[index]?.equals(digest)) continue;
    const block = source.data.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    writeSync(STDOUT, encodeExtentHeader(position + index * BLOCK_BYTES, BLOCK_BYTES));
    writeSync(STDOUT, block);
  }
}
writeSync(STDOUT, encodePatchEnd());

function digestsAt({descriptor, data}: typeof source, position: number): Buffer[] {
  const bytes = readSync(descriptor, data, 0, READ_BYTES, position);
  return Array.from({length: bytes / BLOCK_BYTES}, (_, index) => {
    const block = data.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    return createHash('md5').update(salt).update(block).digest();
  });
}
