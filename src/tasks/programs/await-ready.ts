import type {Child} from '../../hosts/host.js';
import {readSome} from './read-some.js';

/** What bdsync --held says when it keeps the target as well. */
export const READY = /^ready\r?$/m;

/** Waits until a program keeps the target that is held for it, or says no more: its ending tells why, then. */
export async function awaitReady(child: Pick<Child, 'stdout'>): Promise<void> {
  await new Promise<void>((resolve) => {
    const onMore = (text: string): void => {
      if (READY.test(text)) resolve();
    };
    readSome(child, onMore).then(
      () => resolve(),
      () => resolve(),
    );
  });
}
