// Where things lie in the linear memory of a kernel: addresses and sizes in bytes. The generated code and its callers
// agree on them here.
//
//   page 0    constants, the state of the blocks in work          below
//   page 1    digests of the last call
//   page 2…   data: blocks, as many as the caller asked for
//   the last  zeros, never written. Loads that reach a little over the end of a block meet it, too

export const PAGE_BYTES = 65536;

/** A message is digested by pieces of this size. */
export const CHUNK_BYTES = 64;

/** A vector holds the same 32-bit word of so many messages. */
export const VECTOR_LANES = 4;
export const VECTOR_BYTES = 16;
/**
 * While one vector waits for a result, the others compute. Three is what fits into the registers of MD5, nearly; SHA has
 * more state and is faster with two.
 */
const MAX_VECTORS = 3;
export const MAX_LANES = MAX_VECTORS * VECTOR_LANES;
/** From a word of all lanes, side by side, to the next one: a power of two. */
export const WORD_STRIDE = 4 * VECTOR_BYTES;

const MAX_STATE_WORDS = 8;
const POINTERS_BYTES = 4 * MAX_LANES;

/** Round constants, a vector for each, at most 64. */
export const CONSTANTS = 0;
/** What ends a message, but for its length: a single bit, then zeros; two chunks. */
export const PADDING = 1024;
/** Addresses of the carries. */
export const CARRY_POINTERS = PADDING + 2 * CHUNK_BYTES;
/** Addresses of the lanes' blocks: set by who calls `update`. */
export const BLOCK_POINTERS = CARRY_POINTERS + POINTERS_BYTES;
/** Where the lanes' digests go: set by who calls `finish`. */
export const DIGEST_POINTERS = BLOCK_POINTERS + POINTERS_BYTES;
/** The message's length in bits, 64 bits wide, in the digest's byte order: set by who calls `finish`. */
export const MESSAGE_BITS = DIGEST_POINTERS + POINTERS_BYTES;
/** The digest of a block of zeros: set by who calls `digestBlocks`. */
export const ZERO_DIGEST = 1536;
/** Takes the digests of lanes without a block. */
export const UNUSED_DIGEST = ZERO_DIGEST + 32;
/** The words of a chunk and those that are made of them, 80 at most. */
export const WORDS = 2048;

/** The blocks in work. First the hash state: the words of the first vector, then those of the next ones. */
export const STATE = 8192;
/** How many bytes each lane's carry holds: the same number for all. */
export const CARRY_LENGTH = STATE + VECTOR_BYTES * MAX_VECTORS * MAX_STATE_WORDS;
/** For each lane the bytes that do not fill a chunk yet; room for padding behind them. */
const CARRIES = CARRY_LENGTH + 16;
const CARRY_STRIDE = 3 * CHUNK_BYTES;
/** The carry of each lane. */
export const CARRY_ADDRESSES: readonly number[] = Array.from(
  {length: MAX_LANES},
  (_, lane) => CARRIES + lane * CARRY_STRIDE,
);
export const STATE_END = CARRIES + MAX_LANES * CARRY_STRIDE;

/** The same as from STATE to STATE_END, as it is when the salt is digested and the block is not: where each begins. */
export const SALTED_STATE = 12_288;

/** So many of the zeros behind the data can be digested: loads may reach a chunk further. */
export const ZEROS_BYTES = PAGE_BYTES - CHUNK_BYTES;

export const DIGESTS = 1 * PAGE_BYTES;
export const DATA = 2 * PAGE_BYTES;
