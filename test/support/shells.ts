import {execFileSync} from 'node:child_process';

interface Shell {
  readonly name: string;
  /** Goes before `-c`. */
  readonly command: readonly string[];
}

const SHELLS: readonly Shell[] = [
  {name: 'sh', command: ['sh']},
  {name: 'dash', command: ['dash']},
  {name: 'bash', command: ['bash']},
  {name: 'busybox ash', command: ['busybox', 'ash']},
  {name: 'ksh', command: ['ksh']},
  {name: 'zsh', command: ['zsh']},
  {name: 'fish', command: ['fish']},
];

/** Those of the common shells that are on this machine; sh always is. */
export function installedShells(): readonly Shell[] {
  return SHELLS.filter(({command: [file = '', ...args]}) => {
    try {
      execFileSync(file, [...args, '-c', 'true'], {stdio: 'ignore'});
      return true;
    } catch {
      return false;
    }
  });
}
