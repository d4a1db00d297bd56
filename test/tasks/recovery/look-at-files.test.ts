import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {lookAtFiles} from '#dist/tasks/recovery/look-at-files.js';
import {localTask} from '../../support/local-task.js';
import {findTool, toolFolder} from '../../support/tool-folder.js';

/** A patch in a folder that `ls` of these tools looks at. */
async function storedPatch(tools: string) {
  // Whatever the language of that host.
  const connection = `PATH=${tools}; LC_ALL=de_DE.UTF-8; export PATH LC_ALL`;
  const {folder, context} = await localTask({connection});
  const patches = join(folder, "patches of O'Hara");
  const path = join(patches, 'patch-1.bdsync');
  await mkdir(patches);
  await writeFile(path, '');
  return {patches, path, look: (folder?: string) => lookAtFiles(context.host, {path, ...(folder && {folder})})};
}

describe('what there is of an application', () => {
  const tools = [
    ['GNU', undefined, false],
    ['busybox', 'busybox', findTool('busybox') === undefined],
  ] as const;
  for (const [name, from, isMissing] of tools) {
    it.skipIf(isMissing)(`is seen with the ls of ${name}`, async () => {
      const {patches, path, look} = await storedPatch(await toolFolder(['sh', 'ls'], {from}));
      expect(await look()).toEqual({trouble: undefined, hasPatch: true, hasJournal: false});
      await writeFile(`${path}.journal`, '');
      expect(await look()).toEqual({trouble: undefined, hasPatch: true, hasJournal: true});
      await rm(path);
      expect(await look()).toEqual({trouble: undefined, hasPatch: false, hasJournal: true});
      await rm(patches, {recursive: true});
      expect(await look()).toEqual({
        trouble: expect.stringMatching(/patches of O'Hara\/\.['"]?: No such file or directory$/),
        hasPatch: false,
        hasJournal: false,
      });
      await writeFile(patches, 'no folder');
      expect((await look()).trouble).toMatch(/: Not a directory$/);
    });
  }

  it.each(['Input/output error', 'Stale file handle', 'Permission denied'])(
    'is not known when the system says: %s',
    async (words) => {
      const script = `case $3 in *.journal) echo "ls: cannot access '$3': ${words}" >&2; exit 2;; esac`;
      const {look} = await storedPatch(await toolFolder(['sh'], {scripts: {ls: script}}));
      expect(await look()).toMatchObject({trouble: expect.stringContaining(words), hasJournal: false});
    },
  );

  for (const [name, from, isMissing] of tools) {
    it.skipIf(isMissing)(`is not known in another folder than its own, with the stat of ${name}`, async () => {
      const {path, look} = await storedPatch(await toolFolder(['sh', 'ls', 'stat'], {from}));
      // What is there is there, whatever its file system calls itself now.
      expect(await look('ff:1')).toEqual({trouble: undefined, hasPatch: true, hasJournal: false});
      await rm(path);
      expect(await look('ff:1')).toEqual({
        trouble: expect.stringContaining('another folder'),
        hasPatch: false,
        hasJournal: false,
      });
      // Of an earlier version, or where nothing could be told.
      expect(await look()).toEqual({trouble: undefined, hasPatch: false, hasJournal: false});
    });
  }

  it('is not known without a program that looks', async () => {
    const {look} = await storedPatch(await toolFolder(['sh']));
    expect((await look()).trouble).toMatch(/ls: .*not found/);
  });
});
