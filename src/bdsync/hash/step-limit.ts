/**
 * The largest block that is hashed as one: two passes over blocks of 64 MiB need it. Hashing takes no memory for it,
 * but a peer that asked for 2^60 bytes would never get its answer.
 */
export const MAX_STEP_BYTES = 2 ** 32;
