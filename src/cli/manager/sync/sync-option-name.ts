/** How a user of `sync` writes a key of the task. */
export function optionName(key: string): string {
  if (key === 'source_path') return 'SOURCE';
  if (key === 'target_path') return 'TARGET';
  return `--${key.replaceAll('_', '-')}`;
}
