/** POSIX shells: a program that is there and cannot be run, and one that is not there. */
const SHELL_STATUSES = [126, 127];

/**
 * The line that tells that `program` could not be run, in the words of shells, env, chroot, sudo and container
 * programs; undefined when none does: a program may itself end with such a status, or miss a file.
 */
export function findMissingProgram(status: number, program: string, errorLines: readonly string[]): string | undefined {
  const name = program.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  // sudo passes the status 1 for it; its line is unmistakable.
  const fromSudo = new RegExp(`^sudo: ${name}: command not found`);
  // What stands first in a line is who speaks, a shell's own name, except that csh leaves itself out.
  const fromShell = new RegExp(
    `(?<=[\\s'"‘\`:])${name}['"’]?:? .*(?:not found|No such file|Permission denied|cannot execute)` +
      `|(?:command not found|Unknown command|No such file or directory): '?${name}'?$` +
      `|^${name}: Command not found`,
    'i',
  );
  return errorLines.findLast(
    (line) => fromSudo.test(line) || (SHELL_STATUSES.includes(status) && fromShell.test(line)),
  );
}
