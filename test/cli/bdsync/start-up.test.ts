import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {runBdsync, serverCommand, startBdsync} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

/** What is loaded before the first line of a module runs: the module itself and all that it imports, at any depth. */
function loadedWith(...entries: readonly string[]): Set<string> {
  const loaded = new Set<string>();
  const waiting = entries.map((entry) => new URL(`../../../dist/${entry}`, import.meta.url).href);
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    if (loaded.has(module)) continue;
    loaded.add(module);
    if (!module.startsWith('file:')) continue;
    const text = readFileSync(new URL(module), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:import|export) (?:[^'";]* from )?'([^']+)';/gm)) {
      waiting.push(name.startsWith('.') ? new URL(name, module).href : name);
    }
  }
  return loaded;
}

test('a server says hello before anything heavy is loaded', () => {
  const loaded = loadedWith('cli/bdsync.js', 'cli/bdsync/server-role.js');
  const names = [...loaded].map((url) => url.replace(/^file:.*\/dist\//, ''));
  expect(names).toEqual(expect.arrayContaining(['bdsync/server.js', 'bdsync/conversation/conversation.js', 'node:fs']));
  const cheap = ['node:fs', 'node:os', 'node:path'];
  expect(names.filter((name) => !/^(?:cli|bdsync)\/|^[\w-]+\.js$/.test(name) && !cheap.includes(name))).toEqual([]);
  expect(names.filter((name) => /^bdsync\/(?:hash|kernels|device|answer)/.test(name))).toEqual([]);
  expect(names.length).toBeLessThan(45);
});

test('neither program loads the parts of the other', () => {
  const dropIn = ['client', 'server', 'patch', 'hold'].map((role) => `cli/bdsync/${role}-role.js`);
  const names = [...loadedWith('cli/bdsync.js', ...dropIn, 'bdsync/answer-client.js')];
  expect(names.filter((name) => /\/dist\/(?:hosts|tasks|lvm|cli\/manager)\/|^(?!node:|file:)/.test(name))).toEqual([]);
});

async function threadsWith(size: string | undefined): Promise<number> {
  const {child, stdin, result} = startBdsync(['--server'], {env: {UV_THREADPOOL_SIZE: size}});
  if (child.stdout) await once(child.stdout, 'data');
  const threads = readdirSync(`/proc/${child.pid}/task`).length;
  stdin.end();
  await result;
  return threads;
}

test('a drive gets sixteen reads at once, unless whoever starts the program wants another number', async () => {
  const others = (await threadsWith('1')) - 1;
  expect(await threadsWith(undefined)).toBe(others + 16);
  expect(await threadsWith('2')).toBe(others + 2);
});

test.each([undefined, '3'])('what it starts finds the number that was there: %s', async (size) => {
  const folder = await temporaryFolder();
  const [image, found, server] = [join(folder, 'image'), join(folder, 'found'), join(folder, 'server')];
  await writeFile(image, 'text');
  await writeFile(server, `printenv UV_THREADPOOL_SIZE >'${found}'; exec ${serverCommand()}\n`);
  const {status, stderr} = await runBdsync([`sh '${server}'`, image, image], {env: {UV_THREADPOOL_SIZE: size}});
  expect({status, stderr}).toEqual({status: 0, stderr: ''});
  expect(await readFile(found, 'utf8')).toBe(size === undefined ? '' : `${size}\n`);
});
