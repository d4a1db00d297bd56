import {readdir, readFile} from 'node:fs/promises';

/** Processes whose command line names `text`. */
export async function processesNaming(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      return line.includes(text) ? [`${pid} ${line.replaceAll('\0', ' ')}`] : [];
    }),
  );
  return lines.flat();
}
