import {copyFile, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {temporaryFolder} from './temporary-folder.js';

/** A group vg0 whose volumes are files, and the lvm program that knows it: for runs as a whole, without a device-mapper. */
export interface FileLvm {
  readonly program: string;
  pathOf(volume: string): string;
  volumes(): Promise<string[]>;
}

/** With volumes of these names and contents. */
export async function fileLvm(volumes: Readonly<Record<string, Uint8Array>>): Promise<FileLvm> {
  const folder = await temporaryFolder();
  const program = join(folder, 'lvm');
  await mkdir(join(folder, 'vg0'));
  await mkdir(join(folder, 'rows'));
  await copyFile(fileURLToPath(new URL('./file-lvm-program.mjs', import.meta.url)), join(folder, 'program.mjs'));
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${folder}/program.mjs" "$@"\n`, {mode: 0o755});
  const pathOf = (volume: string): string => join(folder, 'vg0', volume);
  const recorded: {report: [{lv: Record<string, string>[]}]} = JSON.parse(
    await readFile(new URL('../fixtures/lvm/group.json', import.meta.url), 'utf8'),
  );
  const home = recorded.report[0].lv.find((row) => row['lv_name'] === 'home');
  for (const [name, content] of Object.entries(volumes)) {
    await writeFile(pathOf(name), content);
    const names = {
      lv_name: name,
      lv_path: pathOf(name),
      lv_dm_path: `/dev/mapper/vg0-${name}`,
      lv_uuid: `uuid-${name}`,
    };
    const row = {...home, ...names, lv_size: String(content.length)};
    await writeFile(join(folder, 'rows', name), JSON.stringify(row));
  }
  return {program, pathOf, volumes: async () => (await readdir(join(folder, 'rows'))).toSorted()};
}
