import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';

/** A package of which the bundled programs have a part. */
export interface BundledPackage {
  readonly name: string;
  /** Its folder, `node_modules/ms`. */
  readonly folder: string;
  readonly version: string;
  /** As SPDX writes it, `MIT`. */
  readonly license: string;
  readonly licenseLines: readonly string[];
}

/** The packages whose modules are in the bundles of a built checkout, by their folders. */
export async function bundledPackages(root: string): Promise<BundledPackage[]> {
  const lists = join(root, 'dist/bundled-modules');
  const folders = new Set<string>();
  for (const program of await readdir(lists)) {
    const modules = (await readFile(join(lists, program), 'utf8')).trimEnd().split('\n');
    for (const module of modules)
      folders.add(module.startsWith(OF_BUNDLER) ? BUNDLER : (FOLDER.exec(module)?.[1] ?? ''));
  }
  // Modules of our own.
  folders.delete('');
  const packages: BundledPackage[] = [];
  for (const folder of [...folders].toSorted()) packages.push(await packageIn(root, folder));
  return packages;
}

/** The last of them, as one package may bring another. */
const FOLDER = /\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/;
/** A few lines of the bundler itself, which come from no file. */
const OF_BUNDLER = '\0rolldown/';
const BUNDLER = 'node_modules/rolldown';

const LICENSE_FILE = /^licen[cs]e(?:-\w+)?(?:\.\w+)?$/i;

async function packageIn(root: string, folder: string): Promise<BundledPackage> {
  const path = join(root, folder);
  const {name, version, license}: {name: string; version: string; license: string} = JSON.parse(
    await readFile(join(path, 'package.json'), 'utf8'),
  );
  const file = (await readdir(path)).find((each) => LICENSE_FILE.test(each));
  if (file === undefined) throw new Error(`${basename(folder)} has no file with its license`);
  const licenseLines = (await readFile(join(path, file), 'utf8')).trim().split(/\r?\n/);
  return {name, folder, version, license, licenseLines};
}
