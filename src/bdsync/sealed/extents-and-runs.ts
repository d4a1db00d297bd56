import type {PatchEvent} from '../patch/patch-decoder.js';
import type {SealEvent} from '../patch/seal-decoder.js';

/** Content and its place on the target: as a patch brings it, or as a journal has saved it. */
export type Extent = Pick<Extract<PatchEvent, {kind: 'extent'}>, 'position' | 'data'>;

/** Blocks side by side that differ, with the digests of what the target had. */
export type SealedRun = Extract<SealEvent, {kind: 'blocks'}>;
