/** One field of a format: a parser asks for so many bytes, and `what` says of what when they do not come. */
export interface WantedField {
  readonly bytes: number;
  readonly what: string;
}

/** Yields what it wants next, and is given it. */
export type FieldParser = Generator<WantedField, void, Uint8Array>;

const NOTHING = new Uint8Array(0);

/** Gives a parser its fields, in whatever pieces their bytes come. It keeps no more than one field between two pieces. */
export class FieldFeed {
  readonly #parser: FieldParser;
  #wanted: WantedField | undefined;
  /** The part of the wanted field that earlier pieces brought; its buffer has the size of the field. */
  #partial: Uint8Array = NOTHING;
  #partialBytes = 0;
  #fieldOffset: number;
  #nextOffset: number;

  /** Offsets count on from `offset`. Call `start` before anything else. */
  constructor(parser: FieldParser, offset = 0) {
    this.#parser = parser;
    this.#fieldOffset = offset;
    this.#nextOffset = offset;
  }

  /** Lets the parser ask for its first field. */
  start(): void {
    this.#resume(NOTHING);
  }

  /** Undefined when the parser has all that it wanted. */
  get wanted(): WantedField | undefined {
    return this.#wanted;
  }

  /** Of the field that the parser got last. */
  get fieldOffset(): number {
    return this.#fieldOffset;
  }

  /** Of the field that the parser waits for. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Where the bytes end that have come. */
  get endOffset(): number {
    return this.#nextOffset + this.#partialBytes;
  }

  get isBetweenFields(): boolean {
    return this.#partialBytes === 0;
  }

  /** Passes over fields that somebody else has parsed; the parser still waits for the same. */
  skip(bytes: number): void {
    this.#nextOffset += bytes;
  }

  /** Gives the parser its wanted field when `bytes` completes it; returns the bytes behind it. */
  feed(bytes: Uint8Array): Uint8Array {
    if (!this.#wanted) return bytes;
    const missing = this.#wanted.bytes - this.#partialBytes;
    if (this.#partialBytes === 0 && bytes.length >= missing) {
      this.#resume(bytes.subarray(0, missing));
      return bytes.subarray(missing);
    }
    if (this.#partialBytes === 0) this.#partial = new Uint8Array(this.#wanted.bytes);
    const taken = bytes.subarray(0, missing);
    this.#partial.set(taken, this.#partialBytes);
    this.#partialBytes += taken.length;
    if (this.#partialBytes === this.#wanted.bytes) {
      const field = this.#partial;
      this.#partial = NOTHING;
      this.#partialBytes = 0;
      this.#resume(field);
    }
    return bytes.subarray(taken.length);
  }

  /** Runs the parser up to its next field that is not empty. */
  #resume(field: Uint8Array): void {
    let current = field;
    do {
      this.#fieldOffset = this.#nextOffset;
      this.#nextOffset += current.length;
      const step = this.#parser.next(current);
      this.#wanted = step.done ? undefined : step.value;
      current = NOTHING;
    } while (this.#wanted?.bytes === 0);
  }
}
