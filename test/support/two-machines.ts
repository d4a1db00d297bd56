import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {quoteWord} from '#dist/hosts/quote.js';
import {noise} from './images.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runCommand} from './spawn-program.js';
import {startSshd} from './sshd.js';

/** The names in the documentation for what the two machines here stand for. */
export interface DocumentedNames {
  /** `user@host` of the machine with the copies. */
  readonly login: string;
  /** Of volumes that are sources; they become images. */
  readonly volumes: readonly string[];
}

/** A machine with sources and one with copies, on which documented commands run as they are written. */
export interface TwoMachines extends AsyncDisposable {
  /** The image that stands for a volume. */
  sourceOf(volume: string): string;
  /** A path relative to the home folder of the machine with the copies. */
  copy(path: string): string;
  /** Makes `text` what bdsync-manager reads for /etc/bdsync-manager.conf. */
  writeConfiguration(text: string): Promise<void>;
  /** Runs one line of a shell on the machine with the sources. */
  run(line: string): Promise<ProgramResult>;
}

/**
 * Both machines are this one, with a real ssh between them. What differs from the documentation: names of the login
 * and of the volumes are exchanged, and no snapshots are taken, as the sources are images.
 */
export async function startTwoMachines(folder: string, names: DocumentedNames): Promise<TwoMachines> {
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  const config = join(folder, 'bdsync-manager.conf');
  const path = `${bin}:${process.env['PATH'] ?? ''}`;
  const environment = {PATH: path, HOME: home, STATE_DIRECTORY: join(folder, 'state')};
  for (const made of [bin, home]) await mkdir(made);
  const atHome = await writeProgram(bin, 'sh-at-home', `cd ${quoteWord(home)} && exec sh "$@"`);
  const server = await startSshd({remoteShell: atHome, environment});
  const [, , sshConfig = ''] = server.connectionWords;
  const node = quoteWord(process.execPath);
  await writeProgram(bin, 'ssh', `PATH=${quoteWord(process.env['PATH'] ?? '')} exec ssh -F ${sshConfig} "$@"`);
  await writeProgram(bin, 'bdsync', `exec ${node} ${quoteWord(BDSYNC)} "$@"`);
  const manager = `exec ${node} ${quoteWord(BDSYNC_MANAGER)} "$@"`;
  const withConfig = `${manager} --config ${quoteWord(config)}`;
  await writeProgram(
    bin,
    'bdsync-manager',
    `case $1 in sync) ${manager} ;; install) ${withConfig} --root ${quoteWord(join(folder, 'root'))} ;; *) ${withConfig} ;; esac`,
  );

  const sources = new Map(names.volumes.map((volume, index) => [volume, join(folder, `volume-${index}.img`)]));
  for (const [index, image] of [...sources.values()].entries()) await writeFile(image, noise(300_000, index + 1));
  const exchanged = (text: string): string => {
    let result = text.replaceAll(names.login, 'sshd-of-tests');
    for (const [volume, image] of sources) result = result.replaceAll(volume, image);
    return result.replaceAll('lvm_snapshot_enabled = yes', 'lvm_snapshot_enabled = no');
  };
  return {
    sourceOf: (volume) => sources.get(volume) ?? '',
    copy: (name) => join(home, name),
    writeConfiguration: (text) => writeFile(config, exchanged(text)),
    run: (line) => runCommand('/bin/sh', ['-c', exchanged(line)], environment),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function writeProgram(folder: string, name: string, line: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await chmod(path, 0o755);
  return path;
}
