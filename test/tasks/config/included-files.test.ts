import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type Configuration, loadConfiguration} from '#dist/tasks/config/configuration.js';
import {SURROUNDINGS} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const ENDS = 'target_path = /b\napply_patch_in_place = yes\n';

interface Place {
  readonly folder: string;
  readonly load: () => Promise<Configuration>;
}

/** Writes files, of which `main.conf` is the one that is read. */
async function place(files: Readonly<Record<string, string>>): Promise<Place> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'conf.d'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {folder, load: () => loadConfiguration(join(folder, 'main.conf'), SURROUNDINGS)};
}

async function messageOf(loading: Promise<unknown>, folder: string): Promise<string> {
  const error: unknown = await loading.catch((reason: unknown) => reason);
  const isTold = error instanceof Error && 'hint' in error;
  if (!isTold) throw new TypeError('an error with a hint was expected', {cause: error});
  return `${error.message} (${String(error.hint)})`.replaceAll(folder, '.');
}

describe('include', () => {
  it('reads more files in the order of their names; each inherits from its own [DEFAULT], then from the main one', async () => {
    const {folder, load} = await place({
      'main.conf': `[DEFAULT]\ninclude = conf.d/*.conf extra.ini\n${ENDS}vg = vg0\n[first]\nsource_path = /dev/%(vg)s/a\n`,
      'conf.d/20-mail.conf': `[mail]\nsource_path = /dev/%(vg)s/mail\n`,
      'conf.d/10-home.conf': `[DEFAULT]\nvg = vg1\ntarget_path = /own\n[home]\nsource_path = /dev/%(vg)s/home\n`,
      'conf.d/.hidden.conf': 'no configuration',
      'conf.d/10-home.conf~': 'no configuration',
      'extra.ini': `[extra]\nsource_path = /e\nbandwidth_limit = much\n`,
    });
    const {file, tasks, warnings} = await load();
    expect(file).toBe(join(folder, 'main.conf'));
    expect(warnings.filter(({likelyMistake}) => likelyMistake)).toEqual([]);
    const told = tasks.map((task) => [
      task.name,
      task.state === 'valid' ? [task.config.sourcePath, task.config.targetPath] : task.state,
    ]);
    expect(told).toEqual([
      ['first', ['/dev/vg0/a', '/b']],
      ['home', ['/dev/vg1/home', '/own']],
      ['mail', ['/dev/vg0/mail', '/b']],
      ['extra', 'invalid'],
    ]);
    const errors = tasks.flatMap((task) => (task.state === 'invalid' ? task.errors : []));
    expect(errors).toMatchObject([{file: join(folder, 'extra.ini'), line: 3}]);
    expect(errors[0]?.message).toContain(`${folder}/extra.ini:3: [extra] bandwidth_limit: `);
  });

  it('names the file of an inherited value that is wrong', async () => {
    const {folder, load} = await place({
      'main.conf': `[DEFAULT]\ninclude = conf.d/*\nbandwidth_limit = x\n`,
      'conf.d/a': `\n[a]\nsource_path = /a\n${ENDS}`,
    });
    const [task] = (await load()).tasks;
    const [error] = task?.state === 'invalid' ? task.errors : [];
    expect(error?.message).toContain(`${folder}/main.conf:3: [a] bandwidth_limit (from [DEFAULT]): `);
  });

  it('takes a pattern that matches nothing, and a folder that is not there', async () => {
    const {load} = await place({
      'main.conf': `[DEFAULT]\ninclude = conf.d/*.conf nowhere/*.conf main.conf\n[a]\nsource_path = /a\n${ENDS}`,
    });
    expect((await load()).tasks.map(({name}) => name)).toEqual(['a']);
  });

  it('refuses a named file that is not there, a wildcard in a folder, and a section that two files have', async () => {
    const missing = await place({'main.conf': '[DEFAULT]\ninclude = gone.conf\n'});
    expect(await messageOf(missing.load(), missing.folder)).toBe(
      'cannot read the configuration ./gone.conf: there is no such file (./main.conf:2 names it, in include)',
    );
    const wild = await place({'main.conf': '[DEFAULT]\ninclude = c*/x.conf\n'});
    expect(await messageOf(wild.load(), wild.folder)).toBe(
      "./main.conf:2: [DEFAULT] include: ./c*/x.conf has a wildcard in a folder's name (only the name of the file may have one)",
    );
    const twice = await place({'main.conf': '[DEFAULT]\ninclude = other\n[a]\n', other: '\n[a]\n'});
    expect(await messageOf(twice.load(), twice.folder)).toContain(
      './other:2: the section [a] is in ./main.conf, too, in line 3',
    );
  });

  it('is nothing in an included file or in a task, and that is told', async () => {
    const {folder, load} = await place({
      'main.conf': `[DEFAULT]\ninclude = other\n${ENDS}[a]\nsource_path = /a\ninclude = x\n`,
      other: `[DEFAULT]\ninclude = main.conf\n`,
    });
    const {tasks, warnings} = await load();
    const told = [...warnings, ...tasks.flatMap((task) => task.warnings)];
    expect(told.map(({message}) => message.replaceAll(folder, '.'))).toEqual([
      './other:2: [DEFAULT] include: nothing is included here',
      './main.conf:7: [a] include: nothing is included here',
    ]);
    expect(told.every(({likelyMistake}) => likelyMistake)).toBe(true);
  });
});
