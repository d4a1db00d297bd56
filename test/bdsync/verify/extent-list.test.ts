import {expect, it} from 'vitest';
import {ExtentList, MAX_LISTED_EXTENTS} from '#dist/bdsync/verify/extent-list.js';

it('extents that touch are one', () => {
  const list = new ExtentList();
  for (const position of [0, 10, 20, 40]) list.add({position, length: 10});
  list.add({position: 60, length: 0});
  expect(list.listed).toEqual([
    {position: 0, length: 30},
    {position: 40, length: 10},
  ]);
  expect([list.count, list.bytes]).toEqual([2, 40]);
});

it('extents beyond the limit are counted, and not kept', () => {
  const list = new ExtentList();
  for (let index = 0; index < MAX_LISTED_EXTENTS + 5; index += 1) list.add({position: index * 10, length: 5});
  list.add({position: (MAX_LISTED_EXTENTS + 4) * 10 + 5, length: 5});
  expect([list.listed.length, list.count]).toEqual([MAX_LISTED_EXTENTS, MAX_LISTED_EXTENTS + 5]);
  expect(list.listed.at(-1)).toEqual({position: (MAX_LISTED_EXTENTS - 1) * 10, length: 5});
});
