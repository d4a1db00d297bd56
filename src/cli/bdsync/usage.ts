import type {DocumentedOption} from '../../bdsync/command-options.js';
import {OPTIONS} from './option-table.js';

const HEAD = `Usage:
  bdsync [OPTIONS] REMSHCMD LOCDEV REMDEV   compare; the patch goes to standard output
  bdsync --server [OPTIONS]                 the other end, which REMSHCMD starts
  bdsync --patch[=DEV] [OPTIONS]            apply a patch
  bdsync --patch=DEV --sealed=FILE          apply a sealed patch, all or nothing
  bdsync --hold=DEV [OPTIONS]               keep others from writing DEV meanwhile

Options:
`;

const EXAMPLE = `
Example:
  bdsync 'ssh store bdsync --server' /dev/vg0/home /srv/home.img > home.bdsync
`;

export function usageText(): string {
  const options: readonly DocumentedOption[] = OPTIONS;
  const rows = options.map((option) => [formOf(option), option.help] as const);
  const width = Math.max(...rows.map(([form]) => form.length));
  const lines = rows.map(([form, help]) => `  ${form.padEnd(width)}  ${help}\n`);
  return HEAD + lines.join('') + EXAMPLE;
}

/** `-p, --patch[=DEV]` */
function formOf({name, short, value, valueName}: DocumentedOption): string {
  const values = {none: '', required: `=${valueName}`, optional: `[=${valueName}]`};
  return `${short === undefined ? '   ' : `-${short},`} --${name}${values[value]}`;
}
