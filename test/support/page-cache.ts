import {spawnSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Why it cannot be seen here what of a file is in the page cache; undefined when it can. */
export const noPageCacheView: string | undefined = findReason();

function findReason(): string | undefined {
  if (spawnSync('fincore', ['--version']).error) return 'fincore (util-linux) is not installed';
  const path = join(tmpdir(), `page-cache-${process.pid}`);
  try {
    writeFileSync(path, Buffer.alloc(65536, 1));
    dropFromPageCache(path);
    return cachedBytes(path) === 0 ? undefined : `the file system of ${tmpdir()} is nothing but page cache`;
  } finally {
    rmSync(path, {force: true});
  }
}

/** Brings a file to its medium and takes it out of the page cache. */
export function dropFromPageCache(path: string): void {
  run('dd', [`of=${path}`, 'count=0', 'if=/dev/null', 'conv=notrunc,fdatasync', 'status=none']);
  run('dd', [`if=${path}`, 'count=0', 'iflag=nocache', 'of=/dev/null', 'status=none']);
}

/** How much of a file is in the page cache. */
export function cachedBytes(path: string): number {
  return Number(run('fincore', ['--bytes', '--noheadings', '--output', 'RES', path]));
}

function run(program: string, words: readonly string[]): string {
  const {status, stdout, stderr} = spawnSync(program, words, {encoding: 'utf8'});
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
}
