import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {TASKS_LAYER, type TasksLayer} from '#dist/cli/manager/tasks-layer.js';
import type {FoundDevice} from '#dist/tasks/init/find-devices.js';
import type {SourceLook} from '#dist/tasks/init/look-at-source.js';
import type {TargetLook} from '#dist/tasks/init/look-at-target.js';
import {type CliOutcome, type CliWorldOptions, runCli} from './cli-world.js';
import {IDLE_DEVICE} from './idle-device.js';
import {temporaryFolder} from './temporary-folder.js';

export const MIB = 2 ** 20;
const DEVICES: readonly FoundDevice[] = [
  {...IDLE_DEVICE, path: '/dev/vg0/home', sizeBytes: 20 * MIB, kind: 'volume', mountPoints: ['/home']},
  {
    ...IDLE_DEVICE,
    path: '/dev/vg0/safe',
    sizeBytes: 10 * MIB,
    kind: 'thin volume',
    luksVersion: 2,
    usedBy: ['safe', 'x', 'y'],
  },
  {...IDLE_DEVICE, path: '/dev/mapper/safe', sizeBytes: 10 * MIB, kind: 'mapped device', openedAs: 'safe'},
  {...IDLE_DEVICE, path: '/dev/sda2', sizeBytes: 2 * MIB, kind: 'partition', isSwap: true},
  {...IDLE_DEVICE, path: '/dev/nbd0', sizeBytes: 2 * MIB, kind: 'disk', silence: 'late'},
];
const VOLUMES: Readonly<Record<string, SourceLook['volume']>> = {
  '/dev/vg0/home': {kind: 'thick', group: 'vg0', freeBytes: 5 * MIB},
  '/dev/vg0/safe': {kind: 'thin'},
};
const REACHED: TargetLook = {
  hostName: 'ssh backup@store',
  isLocal: false,
  reach: 'reached',
  bdsync: {kind: 'ours', version: '0.5.0'},
  target: {kind: 'missing', creatable: 'file'},
  troubles: [],
};

export interface InitMachine {
  readonly folder: string;
  readonly config: string;
  readonly init: (words: readonly string[], options?: CliWorldOptions) => Promise<CliOutcome>;
  readonly written: () => Promise<string>;
}

/** A machine with these devices, and a way to a target as told; its tasks are ready. */
export async function initMachine(
  look: Partial<TargetLook> = {},
  layer: Partial<TasksLayer> = {},
): Promise<InitMachine> {
  const folder = await temporaryFolder();
  const config = join(folder, 'x.conf');
  const fake: Partial<TasksLayer> = {
    findDevices: async () => ({devices: DEVICES, lvmTrouble: undefined}),
    lookAtSource: async (path) => {
      const device = DEVICES.find((each) => each.path === path);
      if (device === undefined) return await TASKS_LAYER.lookAtSource(path, new AbortController().signal);
      return {path, sizeBytes: device.sizeBytes, use: device, volume: VOLUMES[path]};
    },
    lookAtTarget: async () => ({...REACHED, ...look}),
    checkTasks: async ({names, configuration: {file}}) => ({
      configFile: file,
      warnings: [],
      tasks: names.map((task) => ({
        task,
        disabled: false,
        configErrors: [],
        unmetNeeds: [],
        warnings: [],
        facts: ['looked at'],
      })),
    }),
    ...layer,
  };
  return {
    folder,
    config,
    init: (words, options = {}) => runCli(['init', '--config', config, ...words], {...options, layer: fake}),
    written: () => readFile(config, 'utf8'),
  };
}

/** The lines of a text that are no comments. */
export const linesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** A task without a question. */
export const HOME = ['--source', '/dev/vg0/home', '--target', 'backup@store:home.img'];
/** What comes of it where the target may be created. */
export const HOME_LINES = [
  '[home]',
  'source_path = /dev/vg0/home',
  'connection_command = ssh -o BatchMode=yes backup@store',
  'target_path = home.img',
  'create_target_if_missing = yes',
  'apply_patch_in_place = yes',
  'lvm_snapshot_enabled = yes',
  'lvm_snapshot_size = 10%%ORIGIN',
  'lvm_snapshot_autoextend = 80%%+20%%',
];
