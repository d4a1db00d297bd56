import type {ExpectedError} from '../../errors.js';
import type {Child} from '../../hosts/host.js';
import {drainOrClose, isOpen} from './drain.js';
import {expectSuccess, explainEnding, type ProgramRole} from './explain-ending.js';

/** The standard input of a program that takes a patch. */
export interface PatchSink {
  /** Resolves when more may be written; rejects with why the program ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves with why, when the program fails before it is asked to finish, which need not show in a write soon. */
  readonly brokenOff: Promise<Error>;
  /** Ends the input and waits for the program's own good ending. */
  finish(): Promise<void>;
}

const NEVER = new Promise<never>(() => {});

export function sinkOf(child: Child, role: ProgramRole): PatchSink {
  const {stdin} = child;
  let isFinishing = false;
  const earlyFailure = async (): Promise<ExpectedError> => {
    const end = await child.ended;
    // The original ends well with the end of the patch, before that of its input.
    const isGood = end.kind === 'exit' && end.status === 0;
    return isFinishing || isGood ? await NEVER : await explainEnding(child, role);
  };
  return {
    brokenOff: earlyFailure(),
    async write(bytes) {
      if (isOpen(stdin) && stdin.write(bytes)) return;
      if (isOpen(stdin)) await drainOrClose(stdin);
      if (!isOpen(stdin)) throw await explainEnding(child, role);
    },
    async finish() {
      isFinishing = true;
      if (isOpen(stdin)) stdin.end();
      await expectSuccess(child, role);
    },
  };
}
