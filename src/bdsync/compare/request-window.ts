import {type BlockRange, blockMessageBytes, type HashRange, hashesMessageBytes} from '../wire/block-messages.js';
import {Fifo} from '../fifo.js';

/** What can be asked of a server. A hint is a request as well: the server echoes it. */
export type Question =
  | ({readonly kind: 'hashes'} & HashRange)
  | ({readonly kind: 'hint'} & HashRange)
  | ({readonly kind: 'block'} & BlockRange);

/** Hash requests and hints, as the original program allows them outstanding before it asks for more at the top level. */
const MAX_TOP_LEVEL_REQUESTS = 32;
/** Keeps a long line busy: 100 ms at 160 MB/s. */
const MAX_ANSWER_BYTES = 1 << 24;
/** Bounds the requests' own bytes. */
const MAX_REQUESTS = 4096;

/** The room that a reader needs for all answers that a window lets out. */
export const WINDOW_BYTES = MAX_ANSWER_BYTES;

/**
 * The questions that a server still has to answer, in order. Nothing may be asked whose answer would not find room
 * here: so the server can always get rid of its answers, and never both ends wait for the other to read.
 */
export class RequestWindow {
  readonly #digestBytes: number;
  readonly #questions = new Fifo<Question>();
  #answerBytes = 0;
  #hashRequests = 0;

  constructor(digestBytes: number) {
    this.#digestBytes = digestBytes;
  }

  hasRoomFor(question: Question): boolean {
    if (this.#questions.size === 0) return true;
    return this.#questions.size < MAX_REQUESTS && this.#answerBytes + this.#answerSize(question) <= MAX_ANSWER_BYTES;
  }

  get hasRoomAtTopLevel(): boolean {
    return this.#hashRequests < MAX_TOP_LEVEL_REQUESTS;
  }

  /** Notes a question as asked. */
  push(question: Question): void {
    this.#questions.push(question);
    this.#answerBytes += this.#answerSize(question);
    if (question.kind !== 'block') this.#hashRequests += 1;
  }

  /** The question that the next answer belongs to. */
  shift(): Question | undefined {
    const question = this.#questions.shift();
    if (!question) return undefined;
    this.#answerBytes -= this.#answerSize(question);
    if (question.kind !== 'block') this.#hashRequests -= 1;
    return question;
  }

  #answerSize(question: Question): number {
    return question.kind === 'block'
      ? blockMessageBytes(question.length)
      : hashesMessageBytes(question.count, this.#digestBytes);
  }
}
