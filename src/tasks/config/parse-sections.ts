import {ConfigError} from './config-error.js';
import {type ConfigSection, type SyntaxFault, parseConfigText} from './config-parser.js';
import {decodeConfigBytes} from './config-text.js';

const MAX_FAULTS_TOLD = 10;

/**
 * The sections of a whole file.
 *
 * @throws ConfigError 'config-syntax', at the first fault, telling of the others, too.
 */
export function parseSections(
  file: string,
  bytes: Uint8Array,
): {readonly defaults: ConfigSection; readonly sections: readonly ConfigSection[]} {
  const decoded = decodeConfigBytes(bytes);
  if (decoded.state === 'not-utf8') {
    const {line} = decoded;
    const hint = 'save the file as UTF-8';
    throw new ConfigError('config-syntax', `${file}:${line}: the line is not UTF-8 text`, {file, line}, {hint});
  }
  const parsed = parseConfigText(decoded.text);
  if (parsed.state === 'refused') throw syntaxError(file, parsed.faults);
  return parsed;
}

function syntaxError(file: string, faults: readonly SyntaxFault[]): ConfigError {
  const [first] = faults;
  const place = {file, line: first?.line, section: first?.section, key: first?.key};
  const told = faults.slice(0, MAX_FAULTS_TOLD).map(({line, message}, index) => {
    return index === 0 ? `${file}:${line}: ${message}` : `line ${line}: ${message}`;
  });
  if (faults.length > told.length) told.push(`and ${faults.length - told.length} more`);
  return new ConfigError('config-syntax', told.join('; '), place, {hint: first?.hint});
}
