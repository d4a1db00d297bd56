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

/**
 * A file system with room for `size` (`1m`) in `folder` until the current test ends; `grow` makes more room. With
 * `files`, there is none for more files than that, which df does not show.
 */
export function mountSmallFileSystem(
  folder: string,
  size: string,
  {files}: {readonly files?: number} = {},
): {grow(size: string): void} {
  mkdirSync(folder, {recursive: true});
  // The folder itself counts.
  const inodes = files === undefined ? '' : `,nr_inodes=${files + 1}`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}${inodes}`, 'none', folder], {stdio: 'pipe'});
  onTestFinished(() => void execFileSync('umount', [folder]));
  return {
    grow: (larger) => void execFileSync('mount', ['-o', `remount,size=${larger}`, folder], {stdio: 'pipe'}),
  };
}
