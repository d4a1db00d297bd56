import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Configuration, loadConfiguration} from '#dist/tasks/config/configuration.js';
import {readConfig, SURROUNDINGS, told} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const ENDS = 'source_path = /a\ntarget_path = /b\napply_patch_in_place = yes\n';
const RELATIVE =
  "is taken from the current folder, which is another one under cron and systemd (begin with '/' or '~/')";

test('paths on this machine that depend on the current folder are told, for check only', async () => {
  const text = '[t]\nsource_path = s.img\ntarget_path = ./x/t.img\ntarget_patch_dir = patches\n';
  expect(warnings(await readConfig(text))).toEqual([
    `  x.conf:2: [t] source_path: 's.img' ${RELATIVE}`,
    `  x.conf:3: [t] target_path: './x/t.img' ${RELATIVE}`,
    `  x.conf:4: [t] target_patch_dir: 'patches' ${RELATIVE}`,
  ]);
  expect(warnings(await readConfig(`${text}connection_command = ssh store\n`))).toEqual([
    `  x.conf:2: [t] source_path: 's.img' ${RELATIVE}`,
  ]);
  expect(warnings(await readConfig(`${text}apply_patch_in_place = yes\n`))).toHaveLength(2);
  expect(warnings(await readConfig(`${text}disabled = yes\n`))).toEqual([]);
  expect(warnings(await readConfig('[t]\nsource_path = ~/s\ntarget_path = /t\ntarget_patch_dir = ~/p\n'))).toEqual([]);
});

test('a warning that never comes before it is critical is told', async () => {
  expect(warnings(await readConfig(`[t]\n${ENDS}warn_after = 2d\ncrit_after = 26h\n`))).toEqual([
    '  x.conf:5: [t] warn_after: is longer than crit_after: status never warns before it is critical ' +
      '(make warn_after the shorter one)',
  ]);
  for (const fine of [
    'warn_after = 1d\ncrit_after = 2d\n',
    'warn_after = 1d\ncrit_after = 1d\n',
    'warn_after = 1d\n',
  ]) {
    expect(warnings(await readConfig(`[t]\n${ENDS}${fine}`))).toEqual([]);
  }
});

test('a secret that every user may read is told, in whichever file it is', async () => {
  const folder = await temporaryFolder();
  const [main, other] = [join(folder, 'main.conf'), join(folder, 'other.conf')];
  const ping = 'ping_url = https://hc.example/secret\n';
  await writeFile(main, `[DEFAULT]\ninclude = other.conf\n${ping}`);
  await writeFile(other, `[t]\n${ENDS}${ping}[u]\n${ENDS.replace('/b', '/c')}ping_url =\n`);
  const toldWith = async (modeOfMain: number, modeOfOther: number): Promise<string[]> => {
    await chmod(main, modeOfMain);
    await chmod(other, modeOfOther);
    return warnings(await loadConfiguration(main, SURROUNDINGS)).map((text) => text.replaceAll(`${folder}/`, ''));
  };
  const secret = 'ping_url: this is a secret, and every user of this machine may read the file';
  expect(await toldWith(0o644, 0o600)).toEqual([`  x.conf:3: [DEFAULT] ${secret} (chmod o-r x.conf)`]);
  expect(await toldWith(0o640, 0o604)).toEqual([`  other.conf:5: [t] ${secret} (chmod o-r other.conf)`]);
  expect(await toldWith(0o600, 0o640)).toEqual([]);
});

/** All of them in order, led by `!` where a run tells them. */
function warnings({file, tasks, warnings}: Configuration): string[] {
  const all = [...warnings, ...tasks.flatMap((task) => task.warnings)];
  return all.map((warning) => `${warning.likelyMistake ? '!' : ' '} ${told(warning, file)}`);
}
