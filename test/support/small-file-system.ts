import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {onTestFinished} from 'vitest';

/** Why no file system can be made here that is soon full; undefined when one can. */
export const noSmallFileSystem: string | undefined = findReason();

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'a small file system needs root';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp'], {stdio: 'pipe'});
    return undefined;
  } catch {
    return 'mount is not permitted here';
  }
}

/** A file system with room for `size` (`1m`) in `folder` until the current test ends; `grow` makes more room. */
export function mountSmallFileSystem(folder: string, size: string): {grow(size: string): void} {
  mkdirSync(folder, {recursive: true});
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder], {stdio: 'pipe'});
  onTestFinished(() => void execFileSync('umount', [folder]));
  return {
    grow: (larger) => void execFileSync('mount', ['-o', `remount,size=${larger}`, folder], {stdio: 'pipe'}),
  };
}
