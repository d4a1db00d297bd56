import type {Writable} from 'node:stream';
import type {Child} from '../hosts/host.js';
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

function isOpen(stream: Writable): boolean {
  return !stream.destroyed && !stream.writableEnded;
}

/** Waits by events alone: a promise raced anew for every chunk would keep one closure each until the program ends. */
function drainOrClose(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
