import {FLUSHCACHE_HINT, maxHashCount, RELPOS_HINT} from '../wire/block-messages.js';
import {Fifo} from '../fifo.js';
import {extentLength} from '../patch/extent-length.js';
import {type Question, RequestWindow} from './request-window.js';

/** One answer should not take a server longer to read than this: then a silent one is a stalled one. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/** Blocks to be fetched, which are asked for extent by extent. */
interface BlockRun {
  readonly kind: 'run';
  position: number;
  readonly end: number;
}

export interface AgendaOptions {
  /** The range to compare begins at 0. */
  readonly totalBytes: number;
  /** Asked anew for each range of the top level. */
  readonly nextTopStepBytes: () => number;
  readonly blockBytes: number;
  readonly digestBytes: number;
}

/**
 * What to ask a server, in order: first what earlier answers made necessary, which makes its answers come with rising
 * positions, then the next range of the top level.
 */
export class Agenda {
  readonly #options: AgendaOptions;
  readonly #window: RequestWindow;
  readonly #wanted = new Fifo<Question | BlockRun>();
  #topPosition = 0;
  /** The next range of the top level, once its step is chosen. */
  #nextTop: Question | undefined;

  constructor(options: AgendaOptions) {
    this.#options = options;
    this.#window = new RequestWindow(options.digestBytes);
  }

  /** The next question, which is to be asked at once; undefined when answers must come first, or nothing is left. */
  next(): Question | undefined {
    const question = this.#firstWanted() ?? this.#topLevel();
    if (!question || !this.#window.hasRoomFor(question)) return undefined;
    this.#window.push(question);
    this.#take(question);
    return question;
  }

  /** The question that the next answer belongs to; undefined when all are answered. */
  answered(): Question | undefined {
    return this.#window.shift();
  }

  /** Wants a closer look at a block of the top level. */
  wantDetail(start: number, end: number): void {
    const {blockBytes: step} = this.#options;
    this.#wanted.push({kind: 'hashes', start, step, count: Math.ceil((end - start) / step)});
  }

  wantBlocks(start: number, end: number): void {
    if (start < end) this.#wanted.push({kind: 'run', position: start, end});
  }

  /** Tells the server that everything up to `position` has been read. */
  wantRelease(position: number): void {
    this.#wanted.push({kind: 'hint', start: position, step: RELPOS_HINT, count: 0});
  }

  /** Tells the server not to keep what it reads. */
  wantFlushCache(): void {
    this.#wanted.push({kind: 'hint', start: 0, step: FLUSHCACHE_HINT, count: 0});
  }

  #firstWanted(): Question | undefined {
    const first = this.#wanted.peek();
    if (first?.kind !== 'run') return first;
    const {position, end} = first;
    return {kind: 'block', position, length: extentLength(position, end, this.#options.blockBytes)};
  }

  #topLevel(): Question | undefined {
    const {totalBytes, nextTopStepBytes, digestBytes} = this.#options;
    const start = this.#topPosition;
    if (start >= totalBytes || !this.#window.hasRoomAtTopLevel) return undefined;
    if (this.#nextTop) return this.#nextTop;
    const step = nextTopStepBytes();
    const maxCount = Math.min(maxHashCount(digestBytes), Math.max(1, Math.floor(MAX_READ_BYTES / step)));
    this.#nextTop = {kind: 'hashes', start, step, count: Math.min(maxCount, Math.ceil((totalBytes - start) / step))};
    return this.#nextTop;
  }

  #take(question: Question): void {
    const first = this.#wanted.peek();
    if (!first) {
      if (question.kind === 'hashes') this.#topPosition = question.start + question.step * question.count;
      this.#nextTop = undefined;
    } else if (first.kind === 'run' && question.kind === 'block') {
      first.position += question.length;
      if (first.position >= first.end) this.#wanted.shift();
    } else {
      this.#wanted.shift();
    }
  }
}
