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

/** So many looks without a change are taken for the end of it. */
const STILL_LOOKS = 5;

/** Looks until a value has come to rest, and gives it. */
export async function settled<Value>(what: string, look: () => Value | Promise<Value>): Promise<Value> {
  let value = await look();
  let equalLooks = 0;
  await until(`${what} to come to rest`, async () => {
    const next = await look();
    equalLooks = next === value ? equalLooks + 1 : 0;
    value = next;
    return equalLooks >= STILL_LOOKS;
  });
  return value;
}
