import {isatty} from 'node:tty';
import {main} from './manager/main.js';
import {leadsToJournal} from './screen/journal.js';
import {promptOn} from './screen/prompt.js';
import {screenOn} from './screen/screen.js';
import {takeServiceManager} from './manager/systemd-notify.js';
import {TASKS_LAYER} from './manager/tasks-layer.js';

process.exitCode = await main(process.argv.slice(2), {
  stdout: screenOn(process.stdout, 'standard output', process.env),
  stderr: screenOn(process.stderr, 'standard error', process.env, leadsToJournal(2, process.env)),
  prompt: promptOn({
    isTerminal: isatty(0) && isatty(2),
    openInput: () => process.stdin,
    write: (text) => void process.stderr.write(text),
    signals: process,
  }),
  signals: process,
  serviceManager: takeServiceManager(process.env),
  tasks: TASKS_LAYER,
  endAtOnce: (status) => process.exit(status),
});
