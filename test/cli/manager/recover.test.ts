import {expect, it} from 'vitest';
import {runCli} from '../../support/cli-world.js';

const APPLICATION = {task: 'home', host: 'ssh store', target: '/srv/home.img', message: undefined, hint: undefined};

it('finishes what was begun, and tells it', async () => {
  const applications = [{...APPLICATION, state: 'finished' as const, errorLines: []}];
  const {status, stdout, recoverRequests} = await runCli(['recover', '--task', 'home'], {
    recoveryReport: {applications},
  });
  expect({status, stdout}).toEqual({status: 0, stdout: 'home: /srv/home.img on ssh store: was finished\n'});
  expect(recoverRequests).toMatchObject([{names: ['home'], rollback: false}]);
});

it('undoes it with --rollback, and ends with 3 when that fails, with the words of the program', async () => {
  const failed = {
    ...APPLICATION,
    state: 'failed' as const,
    message: 'bdsync --sealed failed',
    hint: 'remove it',
    errorLines: ['the journal is \u001b[1mdamaged'],
  };
  const {status, stdout, recoverRequests} = await runCli(['recover', '--rollback'], {
    recoveryReport: {applications: [failed]},
  });
  expect(status).toBe(3);
  expect(stdout).toMatch(
    /^home: \/srv\/home.img on ssh store: bdsync --sealed failed\n {2}\| the journal is .*damaged\n {2}hint: remove it\n$/,
  );
  expect(stdout).not.toContain('\u001b');
  expect(recoverRequests).toMatchObject([{names: [], rollback: true}]);
});

it('says so when there is nothing to recover', async () => {
  expect(await runCli(['recover'])).toMatchObject({status: 0, stdout: 'nothing to recover\n'});
});
