import {plainText} from '../../plain-text.js';

/** Lines on standard error, also between progress that is written over itself. */
export class Notices {
  readonly #stream: NodeJS.WritableStream;
  /** The cursor is behind progress that the next line must not be written over. */
  #isLineOpen = false;

  constructor(stream: NodeJS.WritableStream = process.stderr) {
    this.#stream = stream;
    // Nobody reads what we say: no reason to fail.
    stream.on('error', () => {});
  }

  /** One line; what a peer or a patch may have put into it for the terminal is made visible. */
  line(text: string): void {
    this.text(`${plainText(text)}\n`);
  }

  /** Lines of our own, as they are. */
  text(text: string): void {
    this.#stream.write(this.#isLineOpen ? `\n${text}` : text);
    this.#isLineOpen = false;
  }

  /** A text that the next one is written over, unless that is a line. */
  overwritable(text: string): void {
    this.#stream.write(`${text}\r`);
    this.#isLineOpen = true;
  }

  /** Resolves when what was said has been taken, or nobody takes it any more. */
  taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }

  /** Closes an open line and resolves when all has been taken. */
  end(): Promise<void> {
    if (this.#isLineOpen) this.text('');
    return this.taken();
  }
}
