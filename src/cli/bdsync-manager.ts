import {main} from './manager/main.js';
import {screenOn} from './screen/screen.js';
import {TASKS_LAYER} from './manager/tasks-layer.js';

process.exitCode = await main(process.argv.slice(2), {
  stdout: screenOn(process.stdout, 'standard output', process.env),
  stderr: screenOn(process.stderr, 'standard error', process.env),
  signals: process,
  tasks: TASKS_LAYER,
  endAtOnce: (status) => process.exit(status),
});
