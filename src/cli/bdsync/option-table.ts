import {COMMON_OPTIONS, type DocumentedOption} from '../../bdsync/command-options.js';

/** Every option, in the order of the usage. */
export const OPTIONS = [
  ...COMMON_OPTIONS,
  {name: 'version', value: 'none', isOurs: true, help: 'show name and version'},
  {
    name: 'seal',
    value: 'optional',
    valueName: 'IDENTITY',
    isOurs: true,
    help: 'put a seal behind the patch, for the target of this identity',
  },
  {
    name: 'sealed',
    value: 'required',
    valueName: 'FILE',
    isOurs: true,
    help: 'with --patch: apply the sealed patch in FILE, all or nothing',
  },
  {name: 'recover', value: 'none', isOurs: true, help: 'with --sealed: finish what was begun'},
  {name: 'rollback', value: 'none', isOurs: true, help: 'with --sealed: undo what was begun'},
  {name: 'held', value: 'none', isOurs: true, help: 'with --patch: DEV is held for us already'},
  {
    name: 'mark',
    value: 'optional',
    valueName: 'TEXT',
    isOurs: true,
    help: 'with --patch: mark DEV as incomplete while it is written',
  },
  {name: 'hold', value: 'required', valueName: 'DEV', isOurs: true, help: 'hold DEV until standard input ends'},
  {
    name: 'holder',
    value: 'required',
    valueName: 'TEXT',
    isOurs: true,
    help: 'with --hold: what others are told meanwhile',
  },
  {
    name: 'state-dir',
    value: 'required',
    valueName: 'DIR',
    isOurs: true,
    help: 'with --hold or --mark: where notes and marks are',
  },
  {
    name: 'allow-in-use',
    value: 'none',
    isOurs: true,
    help: 'with --hold or --sealed: also while DEV is mounted or in use',
  },
  {
    name: 'wait-ms',
    value: 'required',
    valueName: 'N',
    isOurs: true,
    help: 'with --hold: wait so long for another holder',
  },
] as const satisfies readonly DocumentedOption[];

export type OptionName = (typeof OPTIONS)[number]['name'];
