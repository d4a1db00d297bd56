import {expect, test} from 'vitest';
import {formatJson} from '#dist/json-text.js';
import {ConfigError} from '#dist/tasks/config/config-error.js';

test('what is undefined is null, so that documents keep their keys', () => {
  expect(formatJson({a: undefined, b: [{c: undefined}]})).toBe(
    '{\n  "a": null,\n  "b": [\n    {\n      "c": null\n    }\n  ]\n}\n',
  );
});

test('an error keeps its message', () => {
  const error = new ConfigError('config-value', 'nightly.conf:3: [home] disabled: not a boolean', {line: 3});
  expect(JSON.parse(formatJson({errors: [error]}))).toMatchObject({
    errors: [{code: 'config-value', line: 3, hint: null, message: 'nightly.conf:3: [home] disabled: not a boolean'}],
  });
});
