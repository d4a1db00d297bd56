import {DATA, PAGE_BYTES} from './memory-layout.js';

/** Linear memory laid out for a kernel. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  /** All of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The blocks' part. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Address of the page of zeros behind the data. */
  readonly zeros: number;

  constructor(capacityBytes: number) {
    const dataPages = Math.ceil(capacityBytes / PAGE_BYTES);
    const pages = DATA / PAGE_BYTES + dataPages + 1;
    this.memory = new WebAssembly.Memory({initial: pages, maximum: pages});
    this.bytes = new Uint8Array(this.memory.buffer);
    this.data = this.bytes.subarray(DATA, DATA + capacityBytes);
    this.zeros = (pages - 1) * PAGE_BYTES;
  }
}
