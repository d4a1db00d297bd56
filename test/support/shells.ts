import {execFileSync} from 'node:child_process';

interface Shell {
  readonly name: string;
  /** Goes before `-c`. */
  readonly command: readonly string[];
  /** Takes no line break between quotes. */
  readonly isLineBound?: boolean;
}

const SHELLS: readonly Shell[] = [
  {name: 'sh', command: ['sh']},
  {name: 'dash', command: ['dash']},
  {name: 'bash', command: ['bash']},
  {name: 'busybox ash', command: ['busybox', 'ash']},
  {name: 'zsh', command: ['zsh']},
  {name: 'fish', command: ['fish']},
  {name: 'csh', command: ['csh'], isLineBound: true},
];

/** Those of the common shells that are on this machine, and a word about the others. */
export function installedShells(): readonly Shell[] {
  const installed = SHELLS.filter(isInstalled);
  const missing = SHELLS.filter((shell) => !installed.includes(shell));
  if (missing.length > 0) {
    console.warn(`SKIPPED: shells that are not installed: ${missing.map(({name}) => name).join(', ')}`);
  }
  return installed;
}

function isInstalled({command: [file = '', ...args]}: Shell): boolean {
  try {
    execFileSync(file, [...args, '-c', 'true'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
