import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {runCli} from '../support/cli-world.js';

const PAGE = fileURLToPath(new URL('../../man/bdsync-manager.1', import.meta.url));
const COMMANDS = [
  'init',
  'run',
  'list',
  'check',
  'verify',
  'status',
  'log',
  'snapshots',
  'recover',
  'sync',
  'install',
  'uninstall',
  'completion',
];

/** The long options that have an entry of their own in the page. */
function describedOptions(): Set<string> {
  const entries = readFileSync(PAGE, 'utf8').matchAll(/^\.It (?:Fl h , )?Fl -([a-z-]+)/gm);
  return new Set([...entries].map(([_line, name]) => `--${name}`));
}

async function optionsOfHelp(words: readonly string[]): Promise<string[]> {
  const {stdout} = await runCli([...words, '--help']);
  return [...stdout.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([_line, name = '']) => name);
}

test('the page describes every option that help tells of, and no other', async () => {
  const told = new Set<string>();
  for (const words of [[], ...COMMANDS.map((command) => [command])]) {
    for (const option of await optionsOfHelp(words)) told.add(option);
  }
  expect([...describedOptions()].toSorted()).toEqual([...told].toSorted());
});

test('the synopsis names for each command the options that its help tells of', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const synopsis = page.slice(page.indexOf('.Sh SYNOPSIS'), page.indexOf('.Sh DESCRIPTION')).split('.Nm\n');
  for (const command of COMMANDS.filter((name) => name !== 'sync')) {
    const words = synopsis.find((form) => new RegExp(`Cm ${command}\\b`).test(form)) ?? '';
    const named = [...words.matchAll(/Fl -([a-z-]+)/g)].map(([_text, name]) => `--${name}`);
    expect([...named, '--help'].toSorted()).toEqual((await optionsOfHelp([command])).toSorted());
  }
});
