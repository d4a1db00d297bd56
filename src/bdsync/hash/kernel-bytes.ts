/** What is read and hashed at once: as much as stays in the processor's second-level cache. */
export const KERNEL_BYTES = 262_144;
