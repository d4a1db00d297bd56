import {plainText} from '../../plain-text.js';
import type {ExplainedConfiguration, ExplainedTask, ValueOrigin} from '../../tasks/config/explain-configuration.js';
import type {Screen} from '../screen/screen.js';
import {renderFittedTable} from './fitted-table.js';

/** A table per task: key, value, and where that stands. */
export function formatConfigTable(
  {file, tasks}: ExplainedConfiguration,
  screen: Pick<Screen, 'columns' | 'hasColors'>,
  onlySet: boolean,
): string {
  if (tasks.length === 0) return `${plainText(file)}: no tasks\n`;
  return tasks.map((task) => formatTask(task, screen, onlySet)).join('\n');
}

function formatTask(
  {task, file, line, errors, values}: ExplainedTask,
  screen: Pick<Screen, 'columns' | 'hasColors'>,
  onlySet: boolean,
): string {
  const told = values.filter(({origin}) => !onlySet || origin.kind === 'file');
  const rows = told.map(({key, value, origin}) => [
    {text: key},
    {text: value},
    {text: originText(origin), color: origin.kind === 'default' ? ('dim' as const) : undefined},
  ]);
  const table = renderFittedTable({head: ['Key', 'Value', 'From'], alignment: [], rows}, screen);
  const errorLines = errors.map((message) => `${plainText(message)}\n`);
  return [`[${plainText(task)}] ${plainText(file)}:${line}\n`, table, ...errorLines].join('');
}

function originText(origin: ValueOrigin): string {
  return origin.kind === 'default' ? 'default' : `${origin.file}:${origin.line} [${origin.section}]`;
}
