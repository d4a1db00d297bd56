/** POSIX shells: a program that is there and cannot be run, and one that is not there. */
const SHELL_STATUSES = [126, 127];

/**
 * The line that tells that `program` could not be run, in the words of shells, env, chroot, sudo and container
 * programs; undefined when none does: a program may itself end with such a status, or miss a file.
 */
export function findMissingProgram(status: number, program: string, errorLines: readonly string[]): string | undefined {
  const name = withoutQuotes(program).replaceAll(/[$^*.+?()[\]{}|]/g, String.raw`\$&`);
  // sudo and csh end with 1; their lines are unmistakable.
  const anyStatus = new RegExp(`^(?:sudo: )?${name}: command not found`, 'i');
  // What stands first in a line is who speaks, a shell's own name.
  const shellStatus = new RegExp(
    `[\\s:]${name}:? .*(?:not found|No such file|Permission denied|cannot execute)` +
      `|(?:command not found|Unknown command|No such file or directory): ${name}$`,
    'i',
  );
  return errorLines.findLast((line) => {
    const text = withoutQuotes(line);
    return anyStatus.test(text) || (SHELL_STATUSES.includes(status) && shellStatus.test(text));
  });
}

/** Programs quote the name each in its own way. */
function withoutQuotes(text: string): string {
  return text.replaceAll(/['"`‘’\\]/g, '');
}
