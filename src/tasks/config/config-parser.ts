/**
 * The dialect of Python's `configparser.ConfigParser()`, which is what existing configuration files are written in:
 * `=` or `:` after the name, whole-line comments only, indented lines continue a value, names in lower case,
 * `[DEFAULT]` inherited by every section, nothing twice. Text in, data out; values are raw (see interpolation.ts).
 */
import {indentOf, stripBlanks, stripTrailingBlanks} from './python-text.js';
import {quoted} from './quoted.js';

export const DEFAULT_SECTION = 'DEFAULT';

export interface ConfigOption {
  /** In lower case. */
  readonly name: string;
  /** As written, `%(…)s` included; the lines of a continued value are joined with newlines. */
  readonly value: string;
  /** Counted from 1, of the line that holds the name. */
  readonly line: number;
}

export interface ConfigSection {
  readonly name: string;
  /** Of its header; 0 for a `[DEFAULT]` that the text does not have. */
  readonly line: number;
  /** In the order of the text; what the section itself says, without what it inherits. */
  readonly options: ReadonlyMap<string, ConfigOption>;
}

export type SyntaxFaultKind = 'before-section' | 'duplicate-section' | 'duplicate-option' | 'no-delimiter' | 'no-name';

export interface SyntaxFault {
  readonly kind: SyntaxFaultKind;
  readonly line: number;
  readonly section: string | undefined;
  readonly key: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

export type ParsedConfigText =
  | {readonly state: 'parsed'; readonly defaults: ConfigSection; readonly sections: readonly ConfigSection[]}
  | {readonly state: 'refused'; readonly faults: readonly SyntaxFault[]};

/** Reads the text of a whole file; it is refused with every fault found, in the order of the lines. */
export function parseConfigText(text: string): ParsedConfigText {
  const reader = new LineReader();
  for (const [index, line] of linesOf(text).entries()) {
    if (reader.read(line, index + 1) === 'stop') break;
  }
  return reader.result();
}

/** Every kind of line end counts, as in Python's text files; a line end at the end does not begin another line. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

interface OpenOption {
  readonly name: string;
  readonly line: number;
  readonly valueLines: string[];
}

interface OpenSection {
  readonly name: string;
  readonly line: number;
  readonly options: Map<string, OpenOption>;
}

class LineReader {
  readonly #defaults: OpenSection = {name: DEFAULT_SECTION, line: 0, options: new Map()};
  #defaultsLine = 0;
  readonly #sections = new Map<string, OpenSection>();
  readonly #faults: SyntaxFault[] = [];
  #section: OpenSection | undefined;
  #option: OpenOption | undefined;
  #indent = 0;

  read(line: string, lineNumber: number): 'stop' | 'go on' {
    const text = stripBlanks(line);
    if (text.startsWith('#') || text.startsWith(';')) return 'go on';
    if (text === '') {
      this.#option?.valueLines.push('');
      return 'go on';
    }
    const indent = indentOf(line);
    if (this.#option && indent > this.#indent) {
      this.#option.valueLines.push(text);
      return 'go on';
    }
    this.#indent = indent;
    const header = /^\[(.+)\]/s.exec(text)?.[1];
    if (header !== undefined) {
      this.#openSection(header, lineNumber);
      return 'go on';
    }
    if (!this.#section) {
      this.#refuseBeforeSection(text, lineNumber);
      // Whatever follows up to the first header has the same fault, and the file may be no configuration at all.
      return 'stop';
    }
    this.#openOption(this.#section, text, lineNumber);
    return 'go on';
  }

  result(): ParsedConfigText {
    if (this.#faults.length > 0) return {state: 'refused', faults: this.#faults};
    return {
      state: 'parsed',
      defaults: {...closeSection(this.#defaults), line: this.#defaultsLine},
      sections: [...this.#sections.values()].map(closeSection),
    };
  }

  #openSection(name: string, line: number): void {
    this.#option = undefined;
    if (name === DEFAULT_SECTION) {
      this.#section = this.#defaults;
      this.#defaultsLine ||= line;
      return;
    }
    const earlier = this.#sections.get(name);
    if (earlier) {
      const message = `section [${name}] is there twice: in line ${earlier.line} and in line ${line}`;
      this.#refuse('duplicate-section', line, message, {section: name});
    }
    // A repeated section starts afresh: its options would otherwise be told as duplicates, one by one.
    this.#section = {name, line, options: new Map()};
    if (!earlier) this.#sections.set(name, this.#section);
  }

  #openOption(section: OpenSection, text: string, line: number): void {
    const delimiter = text.search(/[=:]/);
    if (delimiter < 0) {
      const message = text.startsWith('[')
        ? `${quoted(text)} is no [section]: ${headerFault(text)}`
        : `no '=' or ':' in ${quoted(text)}`;
      const hint = text.startsWith('[') ? undefined : 'a line that continues the value above it must be indented';
      this.#refuse('no-delimiter', line, message, {section: section.name, hint});
      return;
    }
    const name = stripTrailingBlanks(text.slice(0, delimiter)).toLowerCase();
    if (name === '') {
      this.#option = undefined;
      this.#refuse('no-name', line, `no name before the '${text.charAt(delimiter)}' in ${quoted(text)}`, {
        section: section.name,
      });
      return;
    }
    const earlier = section.options.get(name);
    if (earlier) {
      const message = `'${name}' is there twice in [${section.name}]: in line ${earlier.line} and in line ${line}`;
      this.#refuse('duplicate-option', line, message, {section: section.name, key: name});
    }
    this.#option = {name, line, valueLines: [stripBlanks(text.slice(delimiter + 1))]};
    if (!earlier) section.options.set(name, this.#option);
  }

  #refuseBeforeSection(text: string, line: number): void {
    if (line === 1 && text.startsWith('\ufeff')) {
      const hint = 'save it as UTF-8 without a byte order mark';
      this.#refuse('before-section', line, 'the file begins with a byte order mark', {hint});
      return;
    }
    if (text.startsWith('[')) {
      this.#refuse('before-section', line, `${quoted(text)} is no [section]: ${headerFault(text)}`, {});
      return;
    }
    this.#refuse('before-section', line, `${quoted(text)} stands before any [section]`, {
      hint: 'begin with a line such as [DEFAULT] or [my-task]',
    });
  }

  #refuse(
    kind: SyntaxFaultKind,
    line: number,
    message: string,
    place: {section?: string; key?: string; hint?: string | undefined},
  ): void {
    this.#faults.push({kind, line, message, section: place.section, key: place.key, hint: place.hint});
  }
}

function headerFault(text: string): string {
  return text.includes(']') ? 'there is no name in it' : 'the ] is missing';
}

function closeSection(section: OpenSection): ConfigSection {
  const options = new Map<string, ConfigOption>();
  for (const {name, line, valueLines} of section.options.values()) {
    options.set(name, {name, line, value: stripTrailingBlanks(valueLines.join('\n'))});
  }
  return {name: section.name, line: section.line, options};
}
