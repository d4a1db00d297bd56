import {BdsyncError} from '../../bdsync/errors.js';

/**
 * Tells whoever holds the target for us that we keep it as well, in the line `ready` on standard output, and waits for a
 * line on standard input. One that was killed before can have lost the target to somebody else, and says nothing.
 *
 * @throws BdsyncError 'target-locked' when standard input ends without a line.
 */
export async function beginWhenTold(): Promise<void> {
  await tellReady();
  const line = await firstLine();
  process.stdin.destroy();
  if (line) return;
  throw new BdsyncError('target-locked', 'whoever holds the target did not tell us to begin: standard input ended', {
    hint: '--held wants a line there when the target is still held after the line "ready" on standard output',
  });
}

/** For a program that learns in another way that it is to begin. */
export async function tellReady(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write('ready\n', () => resolve());
  });
}

/** False when there is none. */
function firstLine(): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdin.on('data', (bytes: Buffer) => {
      if (bytes.includes('\n')) resolve(true);
    });
    for (const event of ['end', 'error', 'close']) process.stdin.on(event, () => resolve(false));
  });
}
