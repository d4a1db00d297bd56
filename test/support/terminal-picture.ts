const ESCAPE = '\u001b';
const TOKEN = new RegExp(`${ESCAPE}\\[\\d*[A-Z]|[\\r\\n]|[^${ESCAPE}\\r\\n]+`, 'g');
const COMMAND = new RegExp(`^${ESCAPE}\\[(\\d*)([A-Z])$`);

/** What stands on a terminal that was given some text: as far as our programs move the cursor, and without wrapping. */
export class TerminalPicture {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(text: string) {
    for (const [token] of text.matchAll(TOKEN)) this.#take(token);
  }

  /** Without empty ones at the end. */
  lines(): string[] {
    const last = this.#rows.findLastIndex((row) => row !== '');
    return this.#rows.slice(0, last + 1);
  }

  #take(token: string): void {
    const [, count = '', command] = COMMAND.exec(token) ?? [];
    switch (command ?? token) {
      case '\r':
        this.#column = 0;
        break;
      case '\n':
        // The terminal's driver puts a carriage return before it.
        this.#row += 1;
        this.#column = 0;
        this.#rows[this.#row] ??= '';
        break;
      case 'A':
        this.#row -= Number(count || 1);
        if (this.#row < 0) throw new Error('the cursor left the terminal');
        break;
      case 'K':
        this.#rows[this.#row] = this.#rowText().slice(0, this.#column);
        break;
      case 'J':
        this.#rows[this.#row] = this.#rowText().slice(0, this.#column);
        this.#rows.length = this.#row + 1;
        break;
      default: {
        if (command !== undefined) throw new Error(`nobody knows what ${JSON.stringify(token)} does`);
        const row = this.#rowText();
        this.#rows[this.#row] = row.slice(0, this.#column) + token + row.slice(this.#column + token.length);
        this.#column += token.length;
      }
    }
  }

  #rowText(): string {
    return this.#rows[this.#row] ?? '';
  }
}
