/** Where more of the large blocks than this differ, a look at them first saves little and costs a second reading. */
const TOO_MANY = 0.75;
/** How many questions go straight to the details before large blocks are tried again. */
const QUESTIONS_UNTIL_NEXT_TRY = 16;

/**
 * Chooses, range by range, between one pass and two. Two passes exchange a 64th of the digests and those of the large
 * blocks that differ: less than one pass does, unless nearly all of them differ, as on a new target.
 */
export class PassChooser {
  readonly #largeStepBytes: number;
  readonly #smallStepBytes: number;
  #questionsInDetail = 0;

  constructor(largeStepBytes: number, smallStepBytes: number) {
    this.#largeStepBytes = largeStepBytes;
    this.#smallStepBytes = smallStepBytes;
  }

  /** The size of the blocks to ask for in the next range. */
  nextStepBytes(): number {
    if (this.#questionsInDetail === 0) return this.#largeStepBytes;
    this.#questionsInDetail -= 1;
    return this.#smallStepBytes;
  }

  /** Learns how many of the large blocks of an answer differed. */
  note(largeBlocks: number, differing: number): void {
    if (differing > largeBlocks * TOO_MANY) this.#questionsInDetail = QUESTIONS_UNTIL_NEXT_TRY;
  }
}
