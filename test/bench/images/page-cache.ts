import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {BenchError} from '../bench-error.js';
import type {Workbench} from '../workbench.js';

const KEEPER = fileURLToPath(new URL('../../../test/bench/images/keep-cached.py', import.meta.url));

/**
 * Reads files through and keeps them in the page cache until it is disposed of: the original program would drop from
 * there what it has read.
 *
 * @throws BenchError 'command-failed', when there is too little memory, say.
 */
export async function keepCached(paths: readonly string[], bench: Workbench): Promise<AsyncDisposable> {
  const keeper = spawn(bench.python, ['-I', '-S', KEEPER, ...paths], {stdio: ['pipe', 'pipe', 'inherit']});
  const ended = once(keeper, 'close');
  const end = (): void => void keeper.stdin.end();
  bench.signal.addEventListener('abort', end);
  const isReady = await Promise.race([once(keeper.stdout, 'data').then(() => true), ended.then(() => false)]);
  if (!isReady) throw new BenchError('command-failed', 'the images cannot be kept in the page cache');
  return {
    async [Symbol.asyncDispose]() {
      bench.signal.removeEventListener('abort', end);
      end();
      await ended;
    },
  };
}

/** What the page cache could hold if it had to. */
export async function readAvailableBytes(): Promise<number> {
  const kibibytes = /^MemAvailable: +(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
