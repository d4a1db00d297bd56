import * as fc from 'fast-check';
import {anyWord} from './word-arbitrary.js';

/** Words that can stand in a unit or a crontab: any text on one line, with a liking for what these take apart. */
export const writableWord: fc.Arbitrary<string> = fc
  .oneof(
    anyWord,
    fc.constantFrom(
      '%',
      '%%',
      '\\%',
      '%h',
      '\\\\',
      '\\\\%',
      "\\'",
      '$$',
      '${HOME}',
      '\\;',
      ';',
      '@x',
      '-x',
      '+x',
      '!x',
      ':x',
      '\\x25',
    ),
    fc.string({unit: fc.constantFrom('a', ' ', "'", '\\', '"', '$', '%', ';', '{', '}', 'ü')}),
  )
  .map((word) => word.replaceAll(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, ''));
