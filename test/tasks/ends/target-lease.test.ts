import {copyFile, rename} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {leaseTarget} from '#dist/tasks/ends/target-lease.js';
import {localTask} from '../../support/local-task.js';
import {OUR_BDSYNC} from '../../support/run-bdsync.js';

it.each(['here', 'behind a connection'])(
  'is not confirmed where the path leads elsewhere by then: %s',
  async (place) => {
    const {context: remote} = await localTask({}, {targetProgram: OUR_BDSYNC});
    const context = place === 'here' ? {...remote, host: localHost({onTerminal: false})} : remote;
    const {path} = context.plan.target;
    await using lease = await leaseTarget(context);
    await lease.confirm();
    await copyFile(path, `${path}.new`);
    await rename(`${path}.new`, path);
    await expect(lease.confirm()).rejects.toMatchObject({
      code: 'target-hold-lost',
      message: expect.stringMatching(/ was removed or replaced while it was held$/),
    });
  },
);
