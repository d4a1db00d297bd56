export interface HelpSections {
  readonly examples: readonly {readonly line: string; readonly does: string}[];
  /** What status 3 means for this command, if it can happen. */
  readonly task?: string;
}

/** What follows the options in the help of a command. */
export function helpAfterOptions({examples, task}: HelpSections): string {
  const exampleLines = examples.flatMap(({line, does}) => [`  ${line}`, `      ${does}`]);
  return [
    '',
    'EXAMPLES',
    ...exampleLines,
    '',
    'EXIT STATUS',
    '  0  success',
    '  1  something that bdsync-manager itself needs is missing, or it has a defect',
    '  2  the command line or the configuration is wrong',
    ...(task === undefined ? [] : [`  3  ${task}`]),
    '  4  cancelled by a signal',
    '  Where several apply, the highest is told.',
  ].join('\n');
}
