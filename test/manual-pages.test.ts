import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';

const folder = fileURLToPath(new URL('../man/', import.meta.url));
const skipReason = spawnSync('mandoc', ['/dev/null']).error ? 'mandoc is not installed' : undefined;

describe.skipIf(skipReason)(`manual pages${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test.each(readdirSync(folder))('%s is in order', (page) => {
    expect(spawnSync('mandoc', ['-Tlint', '-Wwarning', folder + page], {encoding: 'utf8'}).stdout).toBe('');
  });
});
