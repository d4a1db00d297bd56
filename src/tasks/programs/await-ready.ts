import type {Child} from '../../hosts/host.js';
import {readSome} from './read-some.js';

/** What a program says when it keeps the target as well: bdsync --held, or the script before one that cannot. */
export const READY = /^ready\r?$/m;

/** Waits until a program keeps the target; false when it says no more without that: its ending tells why, then. */
export async function awaitReady(child: Pick<Child, 'stdout'>): Promise<boolean> {
  return await new Promise((resolve) => {
    const onMore = (text: string): void => {
      if (READY.test(text)) resolve(true);
    };
    readSome(child, onMore).then(
      () => resolve(false),
      () => resolve(false),
    );
  });
}
