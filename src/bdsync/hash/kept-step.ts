/**
 * The bytes of blocks up to this size are kept until it is known whether they differ: what is sent is what was compared.
 * Larger ones are read again then, for many of them under way would take too much memory.
 */
export const MAX_KEPT_STEP_BYTES = 524_288;
