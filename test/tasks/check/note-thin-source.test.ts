import {expect, it} from 'vitest';
import {noteThinSource} from '#dist/tasks/check/note-thin-source.js';
import {Needs} from '#dist/tasks/check/needs.js';
import type {LvmSnapshotConfig} from '#dist/tasks/config/task-config.js';
import {localTask} from '../../support/local-task.js';
import {reportOf, scriptedLvm, type Step} from '../../support/scripted-lvm.js';

const GROWING: LvmSnapshotConfig = {
  size: undefined,
  name: 'snap',
  programPath: '/sbin/lvm',
  autoextend: {thresholdPercent: 80, stepPercent: 20},
  hooks: undefined,
};

async function warningsFor(sourcePath: string, step: Step, snapshot = GROWING) {
  const {context} = await localTask({}, {sourcePath, snapshot});
  const needs = new Needs();
  await noteThinSource(context.plan, context.signal, needs, () => scriptedLvm([step]).lvm);
  return needs.warnings;
}

it('warns that a thin source has no snapshot that could be extended', async () => {
  const thin: Step = ['lvs', () => reportOf('group', ['thin'])];
  expect(await warningsFor('/dev/vg0/thin', thin)).toEqual([
    {
      message:
        'lvm_snapshot_autoextend does nothing: /dev/vg0/thin is thin, and its snapshots use the room of its pool',
      hint: 'leave it out, and see that the pool vg0/pool has room',
    },
  ]);
});

it.each<[string, Step]>([
  ['another source', ['lvs', () => reportOf('group', ['home'])]],
  ['a user who may not look', ['lvs', {status: 5, stderr: '  /dev/mapper/control: open failed: Permission denied\n'}]],
])('says nothing to %s', async (_, step) => {
  expect(await warningsFor('/dev/vg0/home', step)).toEqual([]);
});

it('does not look where nothing is to grow', async () => {
  const never: Step = ['lvs', new Error('not to be asked')];
  expect(await warningsFor('/dev/vg0/thin', never, {...GROWING, autoextend: undefined})).toEqual([]);
});
