const WEBASSEMBLY_PAGE_BYTES = 65_536;

/** WebAssembly's memory begins on a page's boundary; that of a Buffer does not. */
export function pageAligned(bytes: number): Buffer {
  const pages = Math.ceil(bytes / WEBASSEMBLY_PAGE_BYTES);
  const memory = new WebAssembly.Memory({initial: pages, maximum: pages});
  return Buffer.from(memory.buffer, 0, bytes);
}
