// npm run bench: measures, and tells figures, ratios and what of the aims is met. Status 0 when all results were right,
// whatever the figures are.
import {formatJson} from '#dist/json-text.js';
import {ExpectedError} from '#dist/errors.js';
import {parseBenchOptions, USAGE} from './bench-options.js';
import {EXPERIMENTS} from './experiments/experiments.js';
import {reportText} from './report/report-text.js';
import {runBench} from './run-bench.js';

const SECTIONS = [...new Set(EXPERIMENTS.flatMap(({sections}) => sections))].toSorted((one, other) => one - other);

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

try {
  const options = parseBenchOptions(process.argv.slice(2), SECTIONS);
  if (options === 'help') {
    process.stdout.write(USAGE);
  } else {
    const report = await runBench(options, abort.signal, (text) => process.stderr.write(`${text}\n`));
    process.stdout.write(options.asJson ? formatJson(report) : `\n${reportText(report)}`);
  }
} catch (error) {
  process.exitCode = 1;
  if (abort.signal.aborted) process.stderr.write('bench: interrupted\n');
  else if (error instanceof ExpectedError) process.stderr.write(`bench: ${failureText(error)}\n`);
  else throw error;
}

function failureText({message, hint}: ExpectedError): string {
  return hint === undefined ? message : `${message}\nbench: ${hint}`;
}
