/** A field of a file, by the letter of the pages that document its format. */
export interface Region {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The fields of a patch, and of the seal behind it if there is one. */
export function patchRegions(patch: Buffer): readonly Region[] {
  const fields = new Fields(patch);
  fields.take('first line', 11);
  fields.take('size of the device', 8);
  fields.take('device name', fields.number('length of the device name', 2));
  for (let isLast = false; !isLast; ) {
    const {start} = fields.take('position of an extent', 8);
    const bytes = fields.number('length of an extent', 2);
    isLast = bytes === 0 && patch.readBigUInt64LE(start) === 0n;
    fields.take('data of an extent', bytes);
  }
  const nameBytes = fields.number('length of the name of the checksum', 1);
  if (nameBytes > 0) {
    fields.take('name of the checksum', nameBytes);
    fields.take('checksum', fields.number('length of the checksum', 1));
  }
  if (!fields.isAtEnd) takeSeal(fields, patch);
  return fields.taken;
}

function takeSeal(fields: Fields, patch: Buffer): void {
  fields.take('first line of the seal', 14);
  fields.take('length of the patch', 8);
  fields.take('SHA-256 of the patch', 32);
  fields.take('size of the target', 8);
  fields.take('compared size', 8);
  fields.take('identity', fields.number('length of the identity', 2));
  fields.take('name of the digest', fields.number('length of the name of the digest', 1));
  const digestBytes = fields.number('bytes of a digest', 1);
  fields.take('salt', fields.number('length of the salt', 1));
  fields.take('bytes of a block', 8);
  for (let isLast = false; !isLast; ) {
    const {start} = fields.take('position of a run', 8);
    const count = fields.number('blocks of a run', 4);
    isLast = count === 0 && patch.readBigUInt64LE(start) === 0n;
    fields.take('digests of a run', count * digestBytes);
  }
  fields.take('SHA-256 of the seal', 32);
  fields.take('last line of the seal', 14);
}

/** The fields of an undo journal. */
export function journalRegions(journal: Buffer): readonly Region[] {
  const fields = new Fields(journal);
  fields.take('first line', 14);
  fields.take('SHA-256 of the seal', 32);
  fields.take('size before', 8);
  fields.take('size after', 8);
  fields.take('identity', fields.number('length of the identity', 2));
  fields.take('SHA-256 of the header', 32);
  const trailer = journal.length - 44;
  while (fields.offset < trailer) {
    fields.take('position of a record', 8);
    fields.take('data of a record', fields.number('length of a record', 4));
    fields.take('SHA-256 of a record', 32);
  }
  fields.take('number of records', 8);
  fields.take('end of the records', 4);
  fields.take('SHA-256 of the journal', 32);
  return fields.taken;
}

class Fields {
  readonly #bytes: Buffer;
  readonly #taken: Region[] = [];
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** Those that have any bytes. All of the file must be taken by then. */
  get taken(): readonly Region[] {
    if (!this.isAtEnd) throw new Error(`${this.#bytes.length - this.#offset} bytes are left`);
    return this.#taken;
  }

  take(name: string, bytes: number): Region {
    const region = {name, start: this.#offset, end: this.#offset + bytes};
    if (region.end > this.#bytes.length) throw new Error(`there are no ${bytes} bytes at ${region.start} for ${name}`);
    this.#offset = region.end;
    if (bytes > 0) this.#taken.push(region);
    return region;
  }

  number(name: string, bytes: number): number {
    return this.#bytes.readUIntLE(this.take(name, bytes).start, bytes);
  }
}
