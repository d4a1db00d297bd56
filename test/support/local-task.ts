import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {DEFAULT_DIFF_OPTIONS} from '#dist/bdsync/client.js';
import {STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {connectionHost} from '#dist/hosts/connection-host.js';
import {quoteWords} from '#dist/hosts/quote.js';
import {TrafficMeter} from '#dist/hosts/traffic-meter.js';
import {notifyConfig} from '#dist/tasks/config/notify-config.js';
import type {RunEvent} from '#dist/tasks/events.js';
import type {TaskPlan} from '#dist/tasks/plan.js';
import {Teller, type TaskContext} from '#dist/tasks/task-context.js';
import {Watchdog} from '#dist/tasks/watch/watchdog.js';
import {writePair} from './images.js';
import {OUR_BDSYNC} from './run-bdsync.js';
import {temporaryFolder} from './temporary-folder.js';

export interface LocalTask {
  readonly folder: string;
  readonly context: TaskContext;
  readonly events: RunEvent[];
  readonly abort: AbortController;
}

/** Shell lines for the roles of the program at the target; ours where left out. `$BDSYNC "$@"` starts ours. */
export interface TargetScripts {
  readonly server?: string;
  readonly patch?: string;
  /** What the connection command does before what it is to start; nothing, with the name `env …`, where left out. */
  readonly connection?: string;
}

/** What a run has made by the time it compares: a task from `s.img` to `t.img`, 300 000 bytes with 20 edits. */
export async function localTask(scripts: TargetScripts = {}, changes: Partial<TaskPlan> = {}): Promise<LocalTask> {
  const folder = await temporaryFolder();
  await writePair(join(folder, 's.img'), join(folder, 't.img'), 300_000, 20);
  const program = join(folder, 'bdsync');
  const ours = `exec ${quoteWords(OUR_BDSYNC)} "$@"`;
  const {server = ours, patch = ours} = scripts;
  const lines = ['#!/bin/sh', 'case "$1" in', `--server)\n${server}\n;;`, `--patch*)\n${patch}\n;;`, 'esac\n'];
  await writeFile(program, lines.join('\n').replaceAll('$BDSYNC', quoteWords(OUR_BDSYNC)));
  await chmod(program, 0o755);
  const connection = scripts.connection === undefined ? ['env', 'A=1'] : [join(folder, 'connection')];
  if (scripts.connection !== undefined) {
    await writeFile(join(folder, 'connection'), `#!/bin/sh\n${scripts.connection}\nexec "$@"\n`, {mode: 0o755});
  }
  const plan: TaskPlan = {
    task: 'home',
    sourcePath: join(folder, 's.img'),
    target: {connection, quoting: 'none', path: join(folder, 't.img')},
    flow: {kind: 'in-place'},
    client: {kind: 'built-in', options: DEFAULT_DIFF_OPTIONS},
    targetProgram: [program],
    serverArguments: [],
    patchArguments: [],
    sizePolicy: STRICT_SIZE_POLICY,
    createTarget: false,
    targetThinPool: undefined,
    growTarget: false,
    verifyAfter: false,
    targetLvmProgram: 'lvm',
    allowTargetInUse: false,
    allowPlaintext: false,
    zeroBlocks: false,
    bandwidthLimitBytesPerSecond: undefined,
    stallTimeoutMs: 0,
    stateDir: join(folder, 'state'),
    snapshot: undefined,
    notify: notifyConfig({}),
    ...changes,
  };
  const events: RunEvent[] = [];
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const meter = new TrafficMeter();
  const context: TaskContext = {
    plan,
    // Behind a connection, though to this machine: a target that is simply here needs no server.
    host: connectionHost(connection, {quoting: 'none', onTerminal: false}),
    farEnd: {kind: 'ours', version: '0.5.0'},
    meter,
    watchdog: new Watchdog({timeoutMs: 0, meter, onStall: () => {}}),
    signal: abort.signal,
    teller: new Teller('home', (event) => events.push(event)),
  };
  return {folder, context, events, abort};
}
