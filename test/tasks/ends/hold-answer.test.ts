import {expect, it} from 'vitest';
import {parseHoldAnswer} from '#dist/tasks/ends/hold-answer.js';

const FACTS = {sizeBytes: 5, lastingIdentity: 'file:1:2'};
const MARK = {state: 'incomplete', since: '2024-02-03T04:05:06.000Z', by: 'run 7'};

it('tells of the mark of a target, and that there is none', () => {
  const held = (answer: object) => parseHoldAnswer(JSON.stringify({state: 'held', facts: FACTS, ...answer}));
  expect(held({mark: MARK, confirms: true})).toEqual({
    state: 'held',
    ...FACTS,
    knowsMarks: true,
    mark: MARK,
    confirms: true,
  });
  expect(held({mark: null})).toEqual({state: 'held', ...FACTS, knowsMarks: true, mark: undefined, confirms: false});
  expect(held({mark: 'yes', confirms: 'yes'})).toMatchObject({knowsMarks: true, mark: undefined, confirms: false});
});

it('says that a bdsync which tells nothing of marks knows none', () => {
  expect(parseHoldAnswer(JSON.stringify({state: 'held', facts: FACTS}))).toEqual({
    state: 'held',
    ...FACTS,
    knowsMarks: false,
    mark: undefined,
    confirms: false,
  });
  expect(parseHoldAnswer('{"state":"held"}')).toMatchObject({sizeBytes: undefined, knowsMarks: false});
});

it.each([undefined, '', 'held', 'null', '[]', '{}', '{"state":"free"}', '{"state":"refused","code":"io"}'])(
  'takes %j for no answer',
  (line) => {
    expect(parseHoldAnswer(line)).toBeUndefined();
  },
);
