import type {Child} from '../../hosts/host.js';
import {drainOrClose, isOpen} from './drain.js';
import {expectSuccess, explainEnding, type ProgramRole} from './explain-ending.js';

/** The standard input of a program that takes a patch. */
export interface PatchSink {
  /** Resolves when more may be written; rejects with why the program ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the input and waits for the program's own good ending. */
  finish(): Promise<void>;
}

export function sinkOf(child: Child, role: ProgramRole): PatchSink {
  const {stdin} = child;
  return {
    async write(bytes) {
      if (isOpen(stdin) && stdin.write(bytes)) return;
      if (isOpen(stdin)) await drainOrClose(stdin);
      if (!isOpen(stdin)) throw await explainEnding(child, role);
    },
    async finish() {
      if (isOpen(stdin)) stdin.end();
      await expectSuccess(child, role);
    },
  };
}
