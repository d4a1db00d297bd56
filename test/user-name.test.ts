import {userInfo} from 'node:os';
import {expect, it} from 'vitest';
import {userName} from '#dist/user-name.js';
import {evaluateAsStranger, noStranger, STRANGER_ID} from './support/as-stranger.js';

it('is the name of who runs this', () => {
  expect(userName()).toBe(userInfo().username);
});

it('is a number for a user id without a name', ({skip}) => {
  skip(noStranger !== undefined, noStranger);
  expect(evaluateAsStranger({user: '#dist/user-name.js'}, 'user.userName()')).toBe(`user ${STRANGER_ID}`);
});
