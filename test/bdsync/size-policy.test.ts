import {describe, expect, it} from 'vitest';
import {parseSizePolicy} from '#dist/bdsync/size-policy.js';

describe('parseSizePolicy', () => {
  it.each([
    [undefined, {mode: 'resize', warn: false}],
    ['', {mode: 'resize', warn: false}],
    ['resize', {mode: 'resize', warn: false}],
    ['minsize', {mode: 'minsize', warn: false}],
    ['warn', {mode: 'resize', warn: true}],
    ['minsize,warn', {mode: 'minsize', warn: true}],
    ['warn,minsize', {mode: 'minsize', warn: true}],
    ['m,w', {mode: 'minsize', warn: true}],
  ])('reads %j', (value, expected) => {
    expect(parseSizePolicy(value)).toEqual(expected);
  });

  it('lets strict warn without being asked to', () => {
    expect(parseSizePolicy('strict')).toEqual({mode: 'strict', warn: true});
  });

  it.each(['bogus', 'resize,', ',warn', 'resized', 'Warn'])('refuses %j', (value) => {
    expect(() => parseSizePolicy(value)).toThrow(expect.objectContaining({code: 'invalid-parameters'}));
  });

  it('refuses two modes', () => {
    expect(() => parseSizePolicy('resize,minsize')).toThrow(/contradicting/);
  });
});
