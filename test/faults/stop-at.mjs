// Preloaded with --import: stops the program at one call of the file system, before it or after it, and writes down its
// process id. Whoever watches has all the time in the world to kill somebody, and lets the program go on with SIGCONT.
// The file stop-at.json in $BDSYNC_FAULT_FOLDER names the call; without it nothing is changed.

import fs, {readFileSync, readlinkSync, renameSync, writeFileSync} from 'node:fs';
import promises from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {isMainThread} from 'node:worker_threads';

const ROLES = [
  ['manager', (words) => words[1]?.endsWith('bdsync-manager.js')],
  ['applier', (words) => words.some((word) => word.startsWith('--sealed='))],
  ['hold', (words) => words.some((word) => word.startsWith('--hold='))],
  ['server', (words) => words.includes('--server')],
  ['patcher', (words) => words.some((word) => word.startsWith('--patch'))],
];

const folder = process.env['BDSYNC_FAULT_FOLDER'];
const stop = folder && isMainThread ? readStop(folder) : undefined;
if (stop && stop.role === ROLES.find(([, isRole]) => isRole(process.argv))?.[0]) await watchCalls();

function readStop(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'stop-at.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

async function watchCalls() {
  for (const name of ['open', 'rm', 'unlink']) watch(promises, name, ([path]) => path);
  watch(promises, 'rename', ([, to]) => to);
  const handle = await promises.open('/dev/null');
  const methods = Object.getPrototypeOf(handle);
  for (const name of ['write', 'writev', 'writeFile', 'sync', 'datasync', 'truncate']) {
    watch(methods, name, (_, self) => pathOf(self.fd));
  }
  watchNow(fs, 'writevSync', ([descriptor]) => pathOf(descriptor));
  await handle.close();
  syncBuiltinESMExports();
}

function pathOf(descriptor) {
  return readlinkSync(`/proc/self/fd/${descriptor}`);
}

function watch(owner, name, pathIn) {
  const original = owner[name];
  owner[name] = async function (...args) {
    const path = pathIn(args, this);
    pass(name, 'before', path);
    const result = await original.apply(this, args);
    pass(name, 'after', path);
    return result;
  };
}

function watchNow(owner, name, pathIn) {
  const original = owner[name];
  owner[name] = function (...args) {
    const path = pathIn(args);
    pass(name, 'before', path);
    const result = original.apply(this, args);
    pass(name, 'after', path);
    return result;
  };
}

function pass(call, when, path) {
  if (call !== stop.call || when !== stop.when || !new RegExp(stop.path).test(path)) return;
  stop.count -= 1;
  if (stop.count !== 0) return;
  const fresh = join(folder, `stopped.${process.pid}`);
  writeFileSync(fresh, String(process.pid));
  renameSync(fresh, join(folder, 'stopped'));
  process.kill(process.pid, 'SIGSTOP');
}
