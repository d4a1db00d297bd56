import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {onTestFinished} from 'vitest';

/** Why this machine cannot make loop devices; undefined when it can. */
export const noLoopDevices: string | undefined = findReason();

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'loop devices need root';
  try {
    execFileSync('losetup', ['--find'], {stdio: 'pipe'});
    return undefined;
  } catch {
    return 'losetup finds no free loop device';
  }
}

/** The path of a new loop device with `image` behind it, detached when the current test ends. */
export function attachLoopDevice(image: string, options: readonly string[] = []): string {
  const device = execFileSync('losetup', ['--find', '--show', ...options, image], {encoding: 'utf8'}).trim();
  onTestFinished(() => void execFileSync('losetup', ['--detach', device]));
  return device;
}

/** Mounts and, when the current test ends, unmounts. `words` as for mount(8), without the folder. */
export function mountOn(folder: string, words: readonly string[]): void {
  mkdirSync(folder, {recursive: true});
  execFileSync('mount', [...words, folder], {stdio: 'pipe'});
  onTestFinished(() => void execFileSync('umount', [folder]));
}
