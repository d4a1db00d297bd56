const HEAD = `# bdsync-manager's configuration. As it is, it says nothing: there are no tasks, and nothing is done.
#
# To begin, let 'bdsync-manager init' add a task at the end. Or take the "#" away from the lines that you need, or write your
# own; bdsync-manager.conf(5) explains all keys. More examples are in /usr/share/doc/bdsync-manager/examples.
#
`;

/** An example as the configuration that a package brings: it does nothing until somebody edits it. */
export function initialConfiguration(example: string): string {
  const lines = example.replace(/^# Copy this to \S+, adapt it/m, '# Adapt it').split('\n');
  return HEAD + lines.map((line) => (line === '' || line.startsWith('#') ? line : `#${line}`)).join('\n');
}
