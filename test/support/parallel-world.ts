import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {TaskReport} from '#dist/tasks/report.js';
import {sha256, writePair} from './images.js';
import {reportOf} from './reports.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram, startProgram} from './spawn-program.js';
import {temporaryFolder} from './temporary-folder.js';
import {writeConfig} from './write-config.js';

export type Keys = Readonly<Record<string, string>>;

/** Tasks between images of their own, as many as there are names; `keysOf` says what else, or otherwise. */
export async function parallelWorld(
  names: readonly string[],
  keysOf: (name: string, folder: string) => Keys | Promise<Keys>,
) {
  const folder = await temporaryFolder();
  const sections: Record<string, Keys> = {};
  for (const [index, name] of names.entries()) {
    const [source, target] = [sourceOf(folder, name), targetOf(folder, name)];
    await writePair(source, target, 100_000 + index, 5);
    sections[name] = {
      source_path: source,
      target_path: target,
      apply_patch_in_place: 'yes',
      state_dir: join(folder, 'state'),
      ...(await keysOf(name, folder)),
    };
  }
  const config = await writeConfig(join(folder, 'tasks.conf'), sections);
  const env = {STATE_DIRECTORY: join(folder, 'far')};
  return {
    folder,
    config,
    env,
    start: (...args: string[]) => startProgram(BDSYNC_MANAGER, ['run', '--config', config, ...args], env),
    run: (...args: string[]) => runProgram(BDSYNC_MANAGER, [...args, '--config', config], env),
    isCopied: async (name: string) => (await sha256(targetOf(folder, name))) === (await sha256(sourceOf(folder, name))),
  };
}

export function sourceOf(folder: string, name: string): string {
  return join(folder, `${name}-source.img`);
}

export function targetOf(folder: string, name: string): string {
  return join(folder, `${name}-target.img`);
}

/** An executable one, of these lines. */
export async function writeScript(path: string, ...lines: string[]): Promise<string> {
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'), {mode: 0o755});
  return path;
}

/** The lines that scripts of the tasks wrote. */
export async function orderIn(folder: string): Promise<string[]> {
  return (await readFile(join(folder, 'order'), 'utf8')).trim().split('\n');
}

export function statesOf(result: ProgramResult): string[] {
  return reportOf(result).tasks.map(({task, state}: TaskReport) => `${task} ${state}`);
}
