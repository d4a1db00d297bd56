import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ErrorTail} from '#dist/hosts/child/error-tail.js';

function linesOf(chunks: Iterable<Buffer>): {told: string[]; kept: string[]} {
  const told: string[] = [];
  const tail = new ErrorTail((line) => void told.push(line));
  for (const chunk of chunks) tail.push(chunk);
  tail.end();
  return {told, kept: tail.lines()};
}

describe('ErrorTail', () => {
  test('tells lines, however they end, and the last one without an end', () => {
    const {told, kept} = linesOf([Buffer.from('one\ntwo\r\nthree\r\rfour')]);
    expect(told).toEqual(['one', 'two', 'three', 'four']);
    expect(kept).toEqual(told);
  });

  test('says the same for any split of the bytes', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', maxLength: 300}), fc.integer({min: 1, max: 7}), (text, step) => {
        const bytes = Buffer.from(text.replaceAll('e', '\n'));
        const pieces = Array.from({length: Math.ceil(bytes.length / step)}, (_, index) =>
          bytes.subarray(index * step, (index + 1) * step),
        );
        expect(linesOf(pieces)).toEqual(linesOf([bytes]));
      }),
    );
  });

  test('keeps the last 20 lines', () => {
    const {told, kept} = linesOf([Buffer.from(Array.from({length: 50}, (_, index) => `line ${index}\n`).join(''))]);
    expect(told).toHaveLength(50);
    expect(kept).toEqual(told.slice(30));
  });

  test('keeps at most 8 KiB', () => {
    const {kept} = linesOf([Buffer.from(`${'x'.repeat(1500)}\n`.repeat(20))]);
    expect(kept).toHaveLength(5);
  });

  test('cuts a line that does not end, and goes on with the next', () => {
    const endless = Array.from({length: 100}, () => Buffer.from('y'.repeat(10_000)));
    const {told} = linesOf([...endless, Buffer.from('\nnext\n')]);
    expect(told).toEqual([`${'y'.repeat(2000)} …`, 'next']);
  });

  test('shows the beginning of a line that has not ended yet', () => {
    const tail = new ErrorTail();
    tail.push(Buffer.from('done\npassword for root: '));
    expect(tail.lines()).toEqual(['done', 'password for root: ']);
  });

  test('shows what a terminal would obey, and tabs as blanks', () => {
    expect(linesOf([Buffer.from('\u001b[2J\ttitle\u0007\n')]).kept).toEqual([String.raw`\x1b[2J title\x07`]);
  });

  test('survives bytes that are no text', () => {
    expect(linesOf([Buffer.from([0xff, 0xfe, 0x41, 0x0a, 0xc3])]).told).toEqual(['\ufffd\ufffdA', '\ufffd']);
  });
});
