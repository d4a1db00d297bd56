/** An object of JSON that somebody else may have written: what is not of the kind that is asked for is not there. */
export class JsonFields {
  readonly #fields: ReadonlyMap<string, unknown>;

  private constructor(fields: object) {
    this.#fields = new Map(Object.entries(fields));
  }

  /** Undefined for what is no object. */
  static of(value: unknown): JsonFields | undefined {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new JsonFields(value) : undefined;
  }

  text(name: string): string | undefined {
    const value = this.#fields.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** One of the words that are known. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    return words.find((word) => word === text);
  }

  /** Finite, and not below zero. */
  amount(name: string): number | undefined {
    const value = this.#fields.get(name);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
  }

  object(name: string): JsonFields | undefined {
    return JsonFields.of(this.#fields.get(name));
  }

  texts(name: string): readonly string[] {
    const value = this.#fields.get(name);
    return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
  }
}
