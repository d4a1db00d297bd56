import {expect, test} from 'vitest';
import {cronLine, cronTable} from '#dist/tasks/schedule/cron/cron-table.js';

const COMMAND = ['/usr/bin/node', '/opt/b m/bdsync-manager.js', 'run', '--config=/etc/50%.conf'];

test('a table tells whose it is, its search path, the time, the user and the command', () => {
  expect(
    cronTable({at: '30 2 * * *', user: 'root', command: COMMAND}),
  ).toBe(`# Written by bdsync-manager install cron; bdsync-manager uninstall cron removes it.
# cron mails what is printed to its user: nothing, as long as all goes well.
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
30 2 * * * root /usr/bin/node '/opt/b m/bdsync-manager.js' run '--config=/etc/50\\%.conf'
`);
});

test('a line for a crontab of one’s own names no user', () => {
  expect(cronLine('@daily', ['/usr/bin/node', 'x'])).toBe('@daily /usr/bin/node x\n');
});

test.each(['', 'a b', 'root\n', '-x', 'a:b', 'root #'])('%j is no user', (user) => {
  expect(() => cronTable({at: '30 2 * * *', user, command: COMMAND})).toThrow('is no name of a user');
});

test('a command that cron would cut is refused, at its length in bytes', () => {
  expect(cronLine('@daily', ['/x', 'a'.repeat(995)])).toHaveLength('@daily '.length + 998 + 1);
  expect(() => cronLine('@daily', ['/x', 'a'.repeat(996)])).toThrow(/longer than cron takes/);
  expect(() => cronLine('@daily', ['/x', 'ü'.repeat(500)])).toThrow(/longer than cron takes/);
});
