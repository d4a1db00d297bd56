/** What the modules can do that src/bdsync/kernels/assembly writes; addresses and lengths in bytes. */
export interface KernelExports {
  /** The messages of all lanes begin with the salt. */
  readonly begin: () => void;
  /** They go on with so many bytes, each lane's from where its pointer shows. */
  readonly update: (lengthBytes: number) => void;
  /** They end, and their digests are stored where their pointers show. */
  readonly finish: () => void;
  /** Blocks and their digests, each one behind the other. */
  readonly digestBlocks: (block: number, stepBytes: number, count: number, digest: number) => void;
  /** 1 or 0. */
  readonly isZero: (address: number, lengthBytes: number) => number;
}

export function kernelExports({exports}: WebAssembly.Instance): KernelExports {
  const exported = (name: keyof KernelExports) => {
    const found = exports[name];
    if (!found) throw new TypeError(`the module does not export ${name}`);
    return found;
  };
  return {
    begin: exported('begin'),
    update: exported('update'),
    finish: exported('finish'),
    digestBlocks: exported('digestBlocks'),
    isZero: exported('isZero'),
  };
}
