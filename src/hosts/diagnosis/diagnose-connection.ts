import {basename} from 'node:path';
import {diagnoseEnding} from './diagnose-ending.js';
import type {ChildEnd} from '../host.js';
import {HostError} from '../host-error.js';
import {CARRIER_FAILURES, type CarrierFailure} from './carrier-failures.js';
import {findMissingProgram} from './missing-program.js';

export interface ConnectionEnding {
  readonly end: ChildEnd;
  readonly errorLines: readonly string[];
  readonly describe: string;
  readonly connection: readonly string[];
  readonly hostName: string;
  /** The first word of what was to run at the far end. */
  readonly program: string;
}

/**
 * Understands from the status and the last lines of standard error how a connection failed, or that the far end does
 * not have the program; undefined when the program itself ended with a status.
 */
export function diagnoseConnection(ending: ConnectionEnding): HostError | undefined {
  const {end, errorLines, describe, connection} = ending;
  if (end.kind !== 'exit') {
    const [file = ''] = connection;
    return diagnoseEnding({end, errorLines, describe, file, role: 'connection command'});
  }
  if (end.status === 0) return undefined;
  return carrierFailure(end.status, ending) ?? missingProgram(end.status, ending) ?? unfitShell(ending);
}

/** The failure of ssh, sudo, … itself: of the programs that the connection's words name. */
function carrierFailure(status: number, {connection, errorLines, hostName}: ConnectionEnding): HostError | undefined {
  const names = new Set(connection.map((word) => basename(word)));
  const isSshFailure = status === SSH_FAILURE && names.has('ssh');
  const candidates = CARRIER_FAILURES.filter(
    ({carriers}) => carriers.some((carrier) => names.has(carrier)) && (isSshFailure || !carriers.includes('ssh')),
  );
  for (const failure of candidates) {
    const match = errorLines.map((line) => failure.pattern.exec(line)).findLast((found) => found !== null);
    if (match) return carrierError(failure, match, hostName, errorLines);
  }
  if (!isSshFailure) return undefined;
  const lastLine = errorLines.at(-1);
  const reason = lastLine === undefined ? `ssh ended with status ${SSH_FAILURE}` : withoutStop(lastLine);
  return new HostError('connection-failed', `${hostName}: ${reason}`, {errorLines});
}

/** ssh(1): the status of the command, or 255 when an error occurred. */
const SSH_FAILURE = 255;

function carrierError(
  failure: CarrierFailure,
  match: RegExpExecArray,
  hostName: string,
  errorLines: readonly string[],
): HostError {
  const hint = typeof failure.hint === 'function' ? failure.hint(match) : failure.hint;
  return new HostError(failure.code, `${hostName}: ${withoutStop(match[0])}`, {hint, errorLines});
}

function missingProgram(status: number, {program, errorLines, hostName}: ConnectionEnding): HostError | undefined {
  const line = findMissingProgram(status, program, errorLines);
  if (line === undefined) return undefined;
  return new HostError('command-not-found', `${hostName} cannot run ${JSON.stringify(program)}: ${withoutStop(line)}`, {
    hint: 'install it there, or give its full path there',
    errorLines,
  });
}

/** csh and tcsh, about a line break between quotes: no way of quoting it would do for them and for other shells. */
function unfitShell({errorLines, hostName}: ConnectionEnding): HostError | undefined {
  const line = errorLines.findLast((text) => /^Unmatched ['"`]+\.?$/.test(text));
  if (line === undefined) return undefined;
  const message = `${hostName}: the login shell there takes no line break in a word: ${withoutStop(line)}`;
  return new HostError('shell-unfit', message, {
    hint: 'let the names of files on that host have none, or give the account another shell than csh',
    errorLines,
  });
}

function withoutStop(line: string): string {
  return line.trim().replace(/\.$/, '');
}
