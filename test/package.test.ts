import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {rolldown} from 'rolldown';
import {describe, expect, test} from 'vitest';
import {type ProgramResult, runCommand} from './support/spawn-program.js';
import {temporaryFolder} from './support/temporary-folder.js';
import bundles from '../rolldown.config.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const {version}: {version: string} = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

/** npm's words for a registry that does not answer. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED)\b/;

async function npm(folder: string, ...words: string[]): Promise<ProgramResult> {
  return await runCommand('npm', ['--prefix', folder, ...words], {
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_fetch_retries: '0',
    npm_config_fetch_timeout: '15000',
  });
}

/** `npm pack` into a folder; without its scripts, which would make dist anew below the feet of other tests. */
async function pack(folder: string): Promise<string> {
  const words = ['pack', '--ignore-scripts', '--pack-destination', folder];
  const {status, stderr} = await runCommand('npm', [...words, ROOT], {npm_config_update_notifier: 'false'});
  expect(status, stderr).toBe(0);
  return join(folder, `bdsync-manager-${version}.tgz`);
}

test('the package holds the programs, their documentation and the examples, and nothing else', async () => {
  const folder = await temporaryFolder();
  const {status, stdout} = await runCommand('tar', ['-tzf', await pack(folder)]);
  expect(status).toBe(0);
  const files = stdout
    .trimEnd()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const inFolders = (await Promise.all(['bin', 'docs', 'examples', 'man'].map(filesOf))).flat();
  const atTop = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
  expect(files.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual([...inFolders, ...atTop].toSorted());
  // Bundles and kernels, as the build made them: no modules, and nothing left of an earlier build.
  const built = await filesOf('dist/programs');
  expect(built).toEqual(expect.arrayContaining(['dist/programs/bdsync-manager.js', 'dist/programs/bdsync.js']));
  const kernels = ['md5', 'sha1', 'sha256'].map((name) => `dist/bdsync/kernels/${name}.wasm`);
  expect(files.filter((path) => path.startsWith('dist/')).toSorted()).toEqual([...built, ...kernels].toSorted());
});

test('each package of which the programs have a module is named in their notices, with its license', async () => {
  const notices = await readFile(join(ROOT, 'dist/programs/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const folders = new Set<string>();
  for (const options of bundles) {
    await using bundle = await rolldown({...options, cwd: ROOT});
    const {output} = await bundle.generate(options.output);
    const modules = output.flatMap((part) => (part.type === 'chunk' ? Object.entries(part.modules) : []));
    for (const [module, {renderedLength}] of modules) if (renderedLength > 0) folders.add(packageFolder(module));
  }
  folders.delete('');
  expect([...folders]).toEqual(expect.arrayContaining(['commander', 'debug', 'execa', 'ms', 'rolldown']));
  for (const folder of folders) {
    const path = join(ROOT, 'node_modules', folder);
    const about: {name: string; version: string} = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    const license = (await readdir(path)).find((name) => /^licen[cs]e\b/i.test(name)) ?? 'no license';
    const notice = notices.split(`\n${about.name} ${about.version}: `)[1];
    expect(notice, about.name).toContain((await readFile(join(path, license), 'utf8')).trim().replaceAll('\r\n', '\n'));
  }
  expect(notices.match(/^-{80}$/gm)).toHaveLength(folders.size);
});

/** Below node_modules; empty for a module of our own. */
function packageFolder(module: string): string {
  if (module.startsWith('\0rolldown/')) return 'rolldown';
  return /^.*?\/node_modules\/(.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(module)?.slice(1).join('') ?? '';
}

test('the version of Node.js that is asked for is one that every dependency accepts', async () => {
  const own: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const wanted = /^>=(\d+)\.(\d+)$/.exec(nodeRange(own));
  const [major, minor] = [Number(wanted?.[1]), Number(wanted?.[2])];
  const {dependencies}: {dependencies: Record<string, string>} = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  for (const name of Object.keys(dependencies)) {
    const range = nodeRange(JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')));
    expect(acceptsNode(range, major, minor), `${name} wants ${range}`).toBe(true);
  }
  // AbortSignal.any came with it.
  expect(acceptsNode('>=20.3', major, minor)).toBe(true);
});

function nodeRange(manifest: unknown): string {
  const {engines}: {engines?: {node?: string}} = Object(manifest);
  return engines?.node ?? '>=0';
}

/** Of the forms that ranges have here: `>=20.5.0`, and others for older versions, one of which is to hold. */
function acceptsNode(range: string, major: number, minor: number): boolean {
  return range.split('||').some((part) => {
    const [, leastMajor = '', leastMinor = '0'] = /^\s*>=\s*(\d+)(?:\.(\d+))?[.\d*]*\s*$/.exec(part) ?? [];
    return leastMajor !== '' && (major - Number(leastMajor) || minor - Number(leastMinor)) >= 0;
  });
}

describe('the package, installed', () => {
  test('for one folder and for the machine, runs both programs', async (context) => {
    const folder = await temporaryFolder();
    const [project, prefix] = [join(folder, 'project'), join(folder, 'prefix')];
    for (const made of [project, prefix]) await mkdir(made);
    const tarball = await pack(folder);

    const installed = await npm(project, 'install', tarball);
    const whyNot = UNREACHABLE.exec(installed.stderr)?.[0];
    if (installed.status !== 0 && whyNot !== undefined) {
      const reason = `the registry cannot be reached: ${whyNot}`;
      console.warn(`SKIPPED: installing the package: ${reason}`);
      context.skip(reason);
    }
    expect(installed.status, installed.stderr).toBe(0);
    const everywhere = await npm(prefix, 'install', '--global', '--prefer-offline', tarball);
    expect(everywhere.status, everywhere.stderr).toBe(0);

    for (const program of ['bdsync-manager', 'bdsync']) {
      const answer = {status: 0, stdout: `bdsync-manager ${version}\n`};
      expect(await npm(project, 'exec', '--no', '--', program, '--version')).toMatchObject(answer);
      expect(await runCommand(join(prefix, 'bin', program), ['--version'])).toMatchObject(answer);
    }
    const configuration = join(folder, 'night.conf');
    await writeFile(
      configuration,
      '[home]\nsource_path = /dev/vg0/home\ntarget_path = /srv/home.img\ntarget_patch_dir = /srv\n',
    );
    const list = await runCommand(join(prefix, 'bin/bdsync-manager'), ['list', '--config', configuration]);
    expect(list).toMatchObject({status: 0, stdout: expect.stringContaining('/srv/home.img')});

    const pages = await readdir(join(prefix, 'share/man'), {recursive: true});
    expect(pages).toEqual(
      expect.arrayContaining(['man1/bdsync-manager.1', 'man1/bdsync.1', 'man5/bdsync-manager.conf.5']),
    );
  });
});

async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(join(ROOT, folder))).map((name) => `${folder}/${name}`);
}
