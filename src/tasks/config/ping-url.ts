import {KeyFault} from './key-fault.js';
import {fillTemplate, type NamedVolume, namesVolume} from './volume-template.js';

/**
 * Where to tell that a task began and how it ended. Who knows the address can tell wrong things, so that it is a secret:
 * messages, plans and logs have the host alone, and so has whatever prints this object.
 */
export class PingUrl {
  readonly #text: string;

  /** `text` parses as a URL, whatever the words in it that stand for a volume become. */
  constructor(text: string) {
    this.#text = text;
  }

  get host(): string {
    return new URL(this.#text).host;
  }

  /** Whether it is one for each volume of a section. */
  get namesVolume(): boolean {
    return namesVolume(this.#text);
  }

  /** The address itself. */
  reveal(): URL {
    return new URL(this.#text);
  }

  forVolume(names: NamedVolume): PingUrl {
    return new PingUrl(fillTemplate(this.#text, names));
  }

  toJSON(): string {
    return this.host;
  }
}

/** Throws KeyFault, which does not have the text. */
export function pingUrlValue(text: string): PingUrl {
  const sample = fillTemplate(text, {volume: 'v', group: 'g'});
  if (!/^https?:\/\/[^/\s]+\S*$/i.test(text) || !URL.canParse(sample)) {
    throw new KeyFault('is no address of the form https://HOST/PATH');
  }
  if (new URL(text).host !== new URL(sample).host)
    throw new KeyFault('has a word for a volume in the name of its host');
  return new PingUrl(text);
}
