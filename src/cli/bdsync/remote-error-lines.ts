/** A longer line of a server is shown in pieces. */
const MAX_LINE_BYTES = 1024;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
const LINE_FEED = 0x0a;

/** Cuts what a server writes to its standard error into lines of printable ASCII; all else is dropped. */
export class RemoteErrorLines {
  #line = '';

  /** The lines that `bytes` completes. */
  *push(bytes: Uint8Array): Generator<string> {
    for (const byte of bytes) {
      if (byte === LINE_FEED || this.#line.length === MAX_LINE_BYTES) {
        yield this.#line;
        this.#line = '';
      }
      if (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) this.#line += String.fromCharCode(byte);
    }
  }

  /** The last line, when it was not ended. */
  *end(): Generator<string> {
    if (this.#line !== '') yield this.#line;
    this.#line = '';
  }
}
