import type {PatchProgress} from '../patcher.js';
import type {SizePolicy} from '../size-policy.js';

/** Apply what was not begun; finish what was begun, or else apply; undo what was begun. */
export type SealedMode = 'apply' | 'recover' | 'rollback';

export interface SealedRequest {
  /** A file with a sealed patch. Its undo journal is beside it. */
  readonly patchPath: string;
  readonly targetPath: string;
  readonly mode: SealedMode;
  /** The target is held by whoever asks; otherwise it is held here meanwhile. */
  readonly isHeld: boolean;
  /** Called when a target that is held by whoever asks is kept by us, too; nothing is written before it returns. */
  readonly onShared?: () => Promise<void>;
  /** Also when it is mounted or otherwise in use. */
  readonly allowInUse?: boolean;
  /** The folder for the note about who holds it. */
  readonly stateDir?: string | undefined;
  readonly sizePolicy: SizePolicy;
  readonly onWarning?: (message: string) => void;
  /** Called often; positions tell the share of all that is to be done, not places. */
  readonly onProgress?: (progress: PatchProgress) => void;
  /** Called before the first write: from now on a failure may leave the target between old and new. */
  readonly onBegin?: () => void;
  readonly signal?: AbortSignal | undefined;
}
