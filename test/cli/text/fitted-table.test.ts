import {describe, expect, test} from 'vitest';
import {renderFittedTable} from '#dist/cli/text/fitted-table.js';
import {tableWidth} from '#dist/cli/text/table.js';

const DATA = {
  head: ['Task', 'State', 'Source', 'Took', 'Note'],
  alignment: ['left', 'left', 'left', 'right'] as const,
  rows: [
    [
      {text: 'home'},
      {text: 'failed', color: 'red' as const},
      {text: `/dev/${'x'.repeat(40)}/home`},
      {text: '0:00:04.2'},
      {text: ''},
    ],
    [{text: 'mail'}, {text: 'synced'}, {text: '/dev/vg0/mail'}, {text: '-'}, {text: 'größer'}],
  ],
};

function rendered(columns: number, expendable?: readonly string[]): string {
  return renderFittedTable({...DATA, ...(expendable && {expendable})}, {columns, hasColors: false});
}

describe('a table', () => {
  test('is whole in a file', () => {
    expect(rendered(Number.POSITIVE_INFINITY)).toContain(`/dev/${'x'.repeat(40)}/home`);
  });

  test.each([20, 24, 30, 40, 50, 60, 80, 100])('fits %i columns', (columns) => {
    expect(tableWidth(rendered(columns))).toBeLessThanOrEqual(columns);
    expect(tableWidth(rendered(columns, ['Took', 'Source']))).toBeLessThanOrEqual(columns);
  });

  test('does without a column before all cells are cut', () => {
    expect(rendered(48, ['Took']).split('\n')[0]).toMatch(/^Task +State +Source +Note$/);
    expect(rendered(48).split('\n')[0]).toMatch(/^Task +State +Source +Took +Note$/);
  });

  test('becomes lines for each row where nothing else does', () => {
    expect(rendered(24)).toBe(
      [
        'Task    home',
        'State   failed',
        'Source  /dev…xxxxxx/home',
        'Took    0:00:04.2',
        '',
        'Task    mail',
        'State   synced',
        'Source  /dev/vg0/mail',
        'Took    -',
        'Note    größer',
        '',
      ].join('\n'),
    );
  });
});
