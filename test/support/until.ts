import {setTimeout as sleep} from 'node:timers/promises';

const LONGEST_MS = 20_000;
const LOOK_MS = 20;

/** Looks again and again until it is so; throws, naming `what` was waited for, when it is not for too long. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`waited ${LONGEST_MS / 1000} s in vain for ${what}`);
    await sleep(LOOK_MS);
  }
}
