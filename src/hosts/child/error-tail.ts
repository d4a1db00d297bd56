import {StringDecoder} from 'node:string_decoder';
import {plainText} from '../../plain-text.js';
import type {OnErrorLine} from '../host.js';

const MAX_TAIL_LINES = 20;
const MAX_TAIL_BYTES = 8192;
/** A longer line is cut. */
const MAX_LINE_CHARACTERS = 2000;

/**
 * Standard error of a program, whatever and however much it writes: line by line to `onLine`, and the last lines kept
 * that it did not take for itself.
 * Carriage returns end lines, too; empty lines are dropped.
 */
export class ErrorTail {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: OnErrorLine | undefined;
  readonly #lines: string[] = [];
  #keptBytes = 0;
  #unfinished = '';
  #cut = false;

  constructor(onLine?: OnErrorLine) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    const parts = this.#decoder.write(bytes).split(/[\n\r]/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.#append(part);
      this.#finishLine();
    }
    this.#append(last);
  }

  end(): void {
    this.#append(this.#decoder.end());
    this.#finishLine();
  }

  /** The last lines, with the beginning of one that has not ended. */
  lines(): string[] {
    return this.#unfinished === '' ? [...this.#lines] : [...this.#lines, this.#plainLine()];
  }

  #append(text: string): void {
    const room = MAX_LINE_CHARACTERS - this.#unfinished.length;
    this.#cut ||= text.length > room;
    this.#unfinished += text.slice(0, room);
  }

  #finishLine(): void {
    if (this.#unfinished === '') return;
    const line = this.#plainLine();
    this.#unfinished = '';
    this.#cut = false;
    if (this.#onLine?.(line) === true) return;
    this.#lines.push(line);
    this.#keptBytes += Buffer.byteLength(line);
    while (this.#lines.length > MAX_TAIL_LINES || this.#keptBytes > MAX_TAIL_BYTES) {
      this.#keptBytes -= Buffer.byteLength(this.#lines.shift() ?? '');
    }
  }

  #plainLine(): string {
    return plainText(this.#unfinished.replaceAll('\t', ' ')) + (this.#cut ? ' …' : '');
  }
}
