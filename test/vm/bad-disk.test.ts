import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {RunReport, TaskReport} from '#dist/tasks/report.js';
import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`disks that fail are NOT tested: ${skipped}`);

const FOLDER = '/run/night';

/** Each device has so much of the guest's disk to itself; eight sectors of it may be bad. */
const SECTORS = 4096;
const MIDDLE = 2048;
const LAST = SECTORS - 8;

type Behaviour =
  | 'good'
  /** Nothing succeeds. */
  | 'error'
  /** Writes fail, and flushes of the whole device do. */
  | 'error_writes'
  /** Writes seem to succeed, and do nothing. */
  | 'drop_writes';

const SLOTS = {source: 0, target: 1, 'write-error': 2, 'flush-error': 3, 'lost-writes': 4, files: 5};
type Name = keyof typeof SLOTS;

// Nothing new comes to the last sectors of `flush-error`: of what it is asked to do, only the flush fails.
const CONFIGURATION = `[DEFAULT]
state_dir = ${FOLDER}/state
source_path = ${FOLDER}/new.img
target_patch_dir = ${FOLDER}/patches
[source read]
source_path = /dev/mapper/source
target_path = ${FOLDER}/copy.img
[target read]
target_path = /dev/mapper/target
[write]
target_path = /dev/mapper/write-error
[flush]
source_path = ${FOLDER}/nearly-new.img
target_path = /dev/mapper/flush-error
apply_patch_in_place = yes
[lost]
target_path = /dev/mapper/lost-writes
[file]
source_path = ${FOLDER}/half-new.img
target_path = ${FOLDER}/files/disk.img
apply_patch_in_place = yes
`;

describe.skipIf(skipped !== undefined)(
  `a disk that fails${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    let guest: Guest;
    let tasks: readonly TaskReport[];

    beforeAll(async () => {
      guest = await startGuest(Object.keys(SLOTS).length * SECTORS * 512);
      await guest.sh(`mkdir -p ${FOLDER}/patches ${FOLDER}/files; cd ${FOLDER}
        head -c 2M /dev/urandom >new.img; head -c 2M /dev/urandom >old.img
        { head -c ${LAST * 512} new.img; tail -c 4096 old.img; } >nearly-new.img
        head -c 1M new.img >half-new.img
        cp old.img copy.img
        for slot in 0 1 2 3 4; do dd if=old.img of=/dev/ubda bs=2M seek=$slot oflag=direct status=none; done
        modprobe dm-flakey
        ${create('source', 'error')}
        ${create('target', 'error')}
        ${create('write-error', 'error_writes')}
        ${create('flush-error', 'error_writes', LAST)}
        ${create('lost-writes', 'drop_writes')}
        ${create('files', 'good')}
        mkfs.ext4 -q -b 4096 /dev/mapper/files; mount /dev/mapper/files files
        head -c 1M old.img >files/disk.img; sync
        cat >tasks.conf <<'END'\n${CONFIGURATION}END`);
      // Wherever the file system has put it, the middle of the file is what cannot be written.
      const extents = await guest.sh(`filefrag -v ${FOLDER}/files/disk.img`);
      const [, firstBlock] = /^ *0: +0\.\. +255: +(\d+)\.\. /m.exec(extents) ?? [];
      if (firstBlock === undefined) throw new Error(`the file is not in one piece:\n${extents}`);
      await guest.sh(change('files', 'error_writes', (Number(firstBlock) + 128) * 8));
      tasks = await run(guest);
    }, 240_000);
    afterAll(() => guest[Symbol.asyncDispose]());

    it.each([
      ['source', 'source read', '/dev/mapper/source', `${FOLDER}/copy.img`],
      ['target', 'target read', '/dev/mapper/target', '/dev/mapper/target'],
    ])(
      'is named, with the place, where it is the %s and cannot be read; nothing is written',
      async (_, task, bad, path) => {
        expect(failureOf(tasks, task)).toMatchObject({
          code: 'read',
          message: `cannot read ${bad} at position ${MIDDLE * 512}: input/output error of the device`,
          target: {path, state: 'untouched'},
        });
        await guest.sh(`cd ${FOLDER}; cmp -n ${MIDDLE * 512} old.img ${path}`);
      },
    );

    it('is named by a server at the other end, too', async () => {
      const server = `${process.execPath} ${BDSYNC} --server`;
      const words = [process.execPath, BDSYNC, server, `${FOLDER}/new.img`, '/dev/mapper/target'];
      const {status, stderr} = await guest.run(words);
      expect(status).toBe(4);
      expect(stderr).toContain(
        `RMTERR: bdsync: cannot read /dev/mapper/target at position ${MIDDLE * 512}: input/output`,
      );
      expect(stderr).toContain('ended with status 6');
    });

    it.each([
      ['a write', 'write', 'write-error'],
      ['a flush', 'flush', 'flush-error'],
    ])('is no success when %s fails on the way to it', (_, task, name) => {
      const path = `/dev/mapper/${name}`;
      expect(failureOf(tasks, task)).toMatchObject({
        stage: 'apply',
        errorLines: [expect.stringContaining(`cannot bring ${path} to its medium: input/output error of the device`)],
        target: {path, state: 'partly-written'},
      });
    });

    it('is found out when it takes writes and forgets them', () => {
      expect(failureOf(tasks, 'lost')).toMatchObject({
        errorLines: [expect.stringContaining(`does not keep what is written: at position ${MIDDLE * 512}`)],
        target: {state: 'partly-written'},
      });
    });

    it('below a file system is no success either', () => {
      expect(failureOf(tasks, 'file')).toMatchObject({
        errorLines: [expect.stringContaining(`cannot bring ${FOLDER}/files/disk.img to its medium`)],
        target: {state: 'partly-written'},
      });
    });

    it('keeps patch and journal of what was applied as a whole, and of nothing else', async () => {
      const names = (await guest.sh(`cd ${FOLDER}/patches; echo *`)).split(' ');
      expect(names.map((name) => name.replace(/^patch-.*?\./, ''))).toEqual([
        'bdsync',
        'bdsync.journal',
        'bdsync',
        'bdsync.journal',
      ]);
    });

    it('is brought in step by the next run when it works again, and only what it became is believed', async () => {
      await guest.sh(
        [
          change('target', 'good'),
          change('write-error', 'good'),
          change('flush-error', 'good'),
          change('files', 'good'),
          // Another device of the same size, in its place.
          'dmsetup remove lost-writes',
          create('lost-writes', 'good', MIDDLE, 'night-another'),
        ].join('\n'),
      );
      tasks = await run(guest);
      const states = tasks.map(({task, state}) => [task, state]);
      expect(states.slice(1)).toEqual(
        ['target read', 'write', 'flush', 'lost', 'file'].map((task) => [task, 'synced']),
      );
      // Past the page cache, which may have what never arrived.
      for (const [image, path] of [
        ['new.img', '/dev/mapper/target'],
        ['new.img', '/dev/mapper/write-error'],
        ['nearly-new.img', '/dev/mapper/flush-error'],
        ['new.img', '/dev/mapper/lost-writes'],
        ['half-new.img', `${FOLDER}/files/disk.img`],
      ] as const) {
        await guest.sh(`dd if=${path} bs=1M iflag=direct status=none | cmp - ${FOLDER}/${image}`);
      }
      expect(notesOf(tasks, 'write')).toEqual([
        expect.stringContaining('was finished first, without sending it again'),
      ]);
    });

    it('that another one has taken the place of is not written to by what was begun', async () => {
      expect(notesOf(tasks, 'lost')).toEqual([
        expect.stringMatching(
          /cannot be finished: .*is not the target of .*dm-uuid:night-lost-writes.*dm-uuid:night-another/,
        ),
      ]);
      const left = await guest.sh(`cd ${FOLDER}; ls patches state/temporary state/locks state/targets`);
      expect(left).toMatch(
        /^patches:\n\S+\.bdsync\n\S+\.journal\n\nstate\/locks:\n\nstate\/targets:\n\nstate\/temporary:\nlost-\S+\.json$/,
      );
    });
  },
);

async function run(guest: Guest): Promise<readonly TaskReport[]> {
  const words = [process.execPath, BDSYNC_MANAGER, '--config', `${FOLDER}/tasks.conf`, '--json'];
  const report: RunReport = JSON.parse((await guest.run(words)).stdout);
  return report.tasks;
}

function failureOf(tasks: readonly TaskReport[], name: string) {
  const report = tasks.find(({task}) => task === name);
  return report?.state === 'failed' ? report.failure : undefined;
}

function notesOf(tasks: readonly TaskReport[], name: string): readonly string[] | undefined {
  return tasks.find(({task}) => task === name)?.notes;
}

function create(name: Name, behaviour: Behaviour, badSector?: number, uuid = `night-${name}`): string {
  return `dmsetup create --uuid ${uuid} ${name} ${tableOf(name, behaviour, badSector)}`;
}

/** Another behaviour for a device that is in use. */
function change(name: Name, behaviour: Behaviour, badSector?: number): string {
  return `dmsetup suspend --nolockfs ${name}; dmsetup load ${name} ${tableOf(name, behaviour, badSector)}\ndmsetup resume ${name}`;
}

/** As standard input of dmsetup. */
function tableOf(name: Name, behaviour: Behaviour, badSector = MIDDLE): string {
  const first = SLOTS[name] * SECTORS;
  const bad = first + badSector;
  const behind = badSector + 8;
  const target = {
    good: `linear /dev/ubda ${bad}`,
    error: 'error',
    error_writes: `flakey /dev/ubda ${bad} 0 3600 1 error_writes`,
    drop_writes: `flakey /dev/ubda ${bad} 0 3600 1 drop_writes`,
  }[behaviour];
  const lines = [`0 ${badSector} linear /dev/ubda ${first}`, `${badSector} 8 ${target}`];
  if (behind < SECTORS) lines.push(`${behind} ${SECTORS - behind} linear /dev/ubda ${first + behind}`);
  return `<<'END'\n${lines.join('\n')}\nEND`;
}
