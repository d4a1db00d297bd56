/** A line of a shell script: whatever takes the shell's place then has this pid. */
export const TELL_PID = 'echo "pid $$" >&2';

/** What `TELL_PID` told, so that the progress of a program that tells none can be looked up; undefined for other lines. */
export function parsePid(line: string): string | undefined {
  return /^pid (\d+)$/.exec(line)?.[1];
}
