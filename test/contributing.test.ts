import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const guide = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8');
const {scripts}: {scripts: Record<string, string>} = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

describe('CONTRIBUTING.md', () => {
  test('names scripts that exist', () => {
    const named = [...guide.matchAll(/`npm run ([a-z:]+)`/g)].map(([, name = '']) => name);
    expect(named).toEqual(expect.arrayContaining(['build', 'check', 'demo']));
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('names files and folders that exist', () => {
    const inText = [...guide.matchAll(/`((?:src|test)\/[\w./-]+)`|\]\(([^):]+)\)/g)].map(
      ([, path, linked]) => path ?? linked ?? '',
    );
    const inLayout = [...guide.matchAll(/^([a-z][\w/]*\/) +\S/gm)].map(([, path = '']) => path);
    expect(inText.length).toBeGreaterThan(5);
    expect(inLayout).toEqual(expect.arrayContaining(['src/cli/', 'src/hosts/', 'test/']));
    expect([...inText, ...inLayout].filter((path) => !existsSync(ROOT + path))).toEqual([]);
  });
});
