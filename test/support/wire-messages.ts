import {randomFillSync} from 'node:crypto';
import * as fc from 'fast-check';
import {
  encodeChecksum,
  encodeGetBlock,
  encodeGetHashes,
  openBlock,
  openHashes,
} from '#dist/bdsync/wire/block-messages.js';
import {encodeSignal} from '#dist/bdsync/wire/message.js';
import {encodeDevfile, encodeDigests, encodeHello, encodeSize} from '#dist/bdsync/wire/opening-messages.js';

const u53 = fc.nat({max: Number.MAX_SAFE_INTEGER});

function openedHashes(count: number): Uint8Array {
  const {message, digests} = openHashes({start: 4096, step: 512, count}, 16);
  randomFillSync(digests);
  return message;
}

/** Any message, encoded. */
export const wireMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(encodeSignal('done'), encodeSignal('getchecksum')),
  fc.stringMatching(/^[A-Z]{0,9}$/).map(encodeHello),
  fc.string({minLength: 2, maxLength: 300}).map(encodeDevfile),
  u53.map(encodeSize),
  fc.uint8Array({maxLength: 127}).map((salt) => encodeDigests({salt, digest: 'md5', checksum: 'sha1'})),
  fc.record({start: u53, step: u53, count: u53}).map(encodeGetHashes),
  fc.nat({max: 60}).map(openedHashes),
  fc.record({position: u53, length: u53}).map(encodeGetBlock),
  fc.record({position: u53, length: fc.integer({min: 1, max: 1500})}).map((range) => openBlock(range).message),
  fc.uint8Array({minLength: 2, maxLength: 127}).map(encodeChecksum),
);
