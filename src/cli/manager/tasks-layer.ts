import {checkTasks} from '../../tasks/check/check.js';
import {loadConfiguration} from '../../tasks/config/configuration.js';
import {explainConfiguration} from '../../tasks/config/explain-configuration.js';
import {namesOfTasks} from '../../tasks/config/names-of-tasks.js';
import {openConfigDraft} from '../../tasks/init/config-draft.js';
import {findDevices} from '../../tasks/init/find-devices.js';
import {lookAtSource} from '../../tasks/init/look-at-source.js';
import {lookAtTarget} from '../../tasks/init/look-at-target.js';
import {writeConfig} from '../../tasks/init/write-config.js';
import {reportLog} from '../../tasks/log/report-log.js';
import {recoverTasks} from '../../tasks/recovery/recover-tasks.js';
import {unfinishedOfTasks} from '../../tasks/recovery/unfinished-of-tasks.js';
import {runTasks} from '../../tasks/run.js';
import {applySchedule} from '../../tasks/schedule/apply-schedule.js';
import {planCron, planCronRemoval, printableCronLine} from '../../tasks/schedule/cron/plan-cron.js';
import {planTimer, planTimerRemoval} from '../../tasks/schedule/systemd/plan-timer.js';
import {selectTasks} from '../../tasks/select.js';
import {expandTasks} from '../../tasks/sets/expand-tasks.js';
import {reportSnapshots} from '../../tasks/snapshots/report-snapshots.js';
import {reportStatus} from '../../tasks/status/report-status.js';

/** What the commands ask of the tasks; tests put something else in its place. */
export const TASKS_LAYER = {
  applySchedule,
  checkTasks,
  expandTasks,
  explainConfiguration,
  findDevices,
  loadConfiguration,
  lookAtSource,
  lookAtTarget,
  namesOfTasks,
  openConfigDraft,
  planCron,
  planCronRemoval,
  planTimer,
  planTimerRemoval,
  printableCronLine,
  recoverTasks,
  reportLog,
  reportSnapshots,
  reportStatus,
  runTasks,
  selectTasks,
  unfinishedOfTasks,
  writeConfig,
};
export type TasksLayer = typeof TASKS_LAYER;
