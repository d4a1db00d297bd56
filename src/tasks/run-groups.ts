import type {ExpandedTask} from './sets/expanded-task.js';

/** Tasks that are run in one go. */
export interface RunGroup {
  /** Whose volumes have their snapshots taken together; else the group has a single member. */
  readonly section: string | undefined;
  readonly members: readonly ExpandedTask[];
}

export function runGroups(tasks: readonly ExpandedTask[], isEachAlone: boolean): RunGroup[] {
  const groups: {section: string | undefined; members: ExpandedTask[]}[] = [];
  for (const expanded of tasks) {
    const section = expanded.snapshotTogether && !isEachAlone ? expanded.section : undefined;
    const last = groups.at(-1);
    if (section !== undefined && last?.section === section) last.members.push(expanded);
    else groups.push({section, members: [expanded]});
  }
  return groups;
}
