import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import type {DocumentedOption} from '#dist/bdsync/command-options.js';
import {OPTIONS} from '#dist/cli/bdsync/option-table.js';
import {usageText} from '#dist/cli/bdsync/usage.js';

const PAGE = fileURLToPath(new URL('../../../man/bdsync.1', import.meta.url));

it('describes every option, with its short form', () => {
  const entries = readFileSync(PAGE, 'utf8').matchAll(/^\.It (?:Fl (\w)\b.*? , )?Fl Fl ([a-z-]+)/gm);
  const described = new Map([...entries].map(([, short, name]) => [name, short]));
  const options: readonly DocumentedOption[] = OPTIONS;
  expect(described).toEqual(new Map(options.map(({name, short}) => [name, short])));
});

it('describes every exit status', () => {
  const entries = readFileSync(PAGE, 'utf8').matchAll(/^\.It (\d+)$/gm);
  expect([...entries].map(([, status]) => Number(status))).toEqual([...Array(20).keys(), 70]);
});

it('has a usage beside it that shows every option', () => {
  for (const {name} of OPTIONS) expect(usageText()).toMatch(new RegExp(` --${name}\\b`));
  for (const line of usageText().split('\n')) expect(line.length).toBeLessThan(90);
});
