import {spawn} from 'node:child_process';
import {once} from 'node:events';

/** What makes a shell that a person types into, with nothing of this machine's settings. */
const SHELLS = {
  bash: {command: 'bash --norc --noprofile -i', prepare: ''},
  zsh: {command: 'zsh -f -i', prepare: 'autoload -U compinit && compinit -u -D'},
} as const;

export type TypedShell = keyof typeof SHELLS;

/** Takes the place of the programs when a line is run, and tells their words; completion still asks the real one. */
const TELL = String.raw`tell() { printf '\035'; printf '%s\037' "$@"; printf '\036'; }
bdsync-manager() { if [ "$1" = __complete ]; then command bdsync-manager "$@"; else tell "$@"; fi; }
bdsync() { tell "$@"; }
PS1='next? '; tell ready`;

/**
 * Types lines into a shell on a terminal, each followed by the tabulator and the line's end, and returns the words that
 * the program then gets. `path` has the real program.
 */
export async function typeWithTab(
  shell: TypedShell,
  lines: readonly string[],
  {cwd, path}: {readonly cwd: string; readonly path: string},
): Promise<string[][]> {
  const {command, prepare} = SHELLS[shell];
  const child = spawn('script', ['-qfc', command, '/dev/null'], {
    cwd,
    env: {PATH: `${path}:${process.env['PATH']}`, HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', LANG: 'C.UTF-8'},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  const ended = once(child, 'close');
  let shown = '';
  const look = (): string[][] => {
    const [, ...told] = shown.split('\u001d');
    const whole = told.filter((text) => text.includes('\u001e')).map((text) => text.slice(0, text.indexOf('\u001e')));
    return whole.map((words) => words.split('\u001f').slice(0, -1));
  };
  for (const line of [`${prepare}\nsource <(command bdsync-manager completion ${shell})\n${TELL}`, ...lines]) {
    const told = look().length;
    child.stdin.write(told === 0 ? `${line}\n` : `${line}\t\n`);
    // Who types before the prompt is there types into no editor of lines.
    while (look().length === told || !shown.slice(shown.lastIndexOf('\u001e')).includes('next? ')) {
      const [bytes] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [undefined])]);
      if (bytes === undefined) throw new Error(`${shell} ended early:\n${shown}`);
      shown += String(bytes);
    }
  }
  child.kill('SIGKILL');
  await ended;
  return look().slice(1);
}
