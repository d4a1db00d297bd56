import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {type Fence, markdownFences} from '../support/markdown-fences.js';
import type {Guest} from './guest.js';
import {startCron} from './guest-cron.js';

/** A page of the documentation, of which a guest does what it says. */
export interface DocumentedPage {
  /**
   * Does what the blocks below a heading say, in their order: runs commands and writes files. Returns the outputs of the
   * blocks of commands, one behind the other, and the mail of a night.
   */
  runSection(heading: string, options?: SectionOptions): Promise<string[]>;
  /** Headings of sections with blocks of which none has been run. */
  notRun(): string[];
}

export interface SectionOptions {
  /** What is typed when a command asks. */
  readonly typed?: string;
  /** Scripts to be run before a block that begins like this, to make the case it is for. */
  readonly before?: Readonly<Record<string, string>>;
}

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

export function openPage(guest: Guest, name: string): DocumentedPage {
  const left = new Map(
    readFileSync(DOCS + name, 'utf8')
      .split(/^## /m)
      .map((section): [string, Fence[]] => [section.split('\n', 1)[0] ?? '', markdownFences(section)])
      .filter(([, fences]) => fences.length > 0),
  );
  return {
    async runSection(heading, options = {}) {
      const fences = left.get(heading);
      if (fences === undefined) throw new Error(`no section ${heading} that has not been run`);
      left.delete(heading);
      const outputs: string[] = [];
      for (const fence of fences) outputs.push(...(await runFence(guest, fence, options)));
      return outputs;
    },
    notRun: () => [...left.keys()],
  };
}

async function runFence(guest: Guest, {language, text}: Fence, {typed = '', before = {}}: SectionOptions) {
  switch (language) {
    case 'sh': {
      const [, preparation] = Object.entries(before).find(([start]) => text.startsWith(start)) ?? [];
      if (preparation !== undefined) await guest.sh(preparation);
      return [await guest.sh(`cat >/run/typed <<'END'\n${typed}\nEND\n exec 2>&1 </run/typed\n${text}`)];
    }
    case 'ini':
      await guest.sh(`cat >/etc/bdsync-manager.conf <<'END'\n${text}END`);
      return [];
    case 'ssh-config':
      await guest.sh(`umask 077; cat >>~/.ssh/config <<'END'\n${text}END`);
      return [];
    case 'crontab': {
      const [, minute, hour] = /^(\d+) (\d+) \* \* \* root /m.exec(text) ?? [];
      return [await (await startCron(guest, text)).nightOf(`${hour}:${minute}`)];
    }
    default:
      throw new Error(`nobody knows how to run a block of ${language}`);
  }
}
