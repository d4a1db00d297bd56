import type {RunReport, TaskReport} from '#dist/tasks/report.js';
import type {ProgramResult} from './spawn-program.js';

/** The report that `--json` printed. */
export function reportOf(result: ProgramResult): RunReport {
  const report: RunReport = JSON.parse(result.stdout);
  return report;
}

export function taskReportOf(result: ProgramResult, index = 0): TaskReport {
  const task = reportOf(result).tasks[index];
  if (!task) throw new Error(`no task ${index} in ${result.stdout}`);
  return task;
}
