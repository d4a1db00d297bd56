import {execFileSync} from 'node:child_process';

/** Why nothing can be run as a user whom no table of users has; undefined when it can. */
export const noStranger: string | undefined =
  process.getuid?.() === 0 ? undefined : 'to become a user id without a name needs root';

/** A user id without a name and a home folder. */
export const STRANGER_ID = 54_321;

/** What `expression` comes to, as JSON, for a stranger. `modules` are loaded before, named as given: `{os: 'node:os'}`. */
export function evaluateAsStranger(modules: Readonly<Record<string, string>>, expression: string): unknown {
  const loads = Object.entries(modules).map(
    ([name, path]) => `const ${name} = await import(${JSON.stringify(import.meta.resolve(path))});`,
  );
  const script = `${loads.join('\n')}
    process.setgid(${STRANGER_ID});
    process.setuid(${STRANGER_ID});
    process.stdout.write(JSON.stringify({value: await ${expression}}));`;
  const {HOME: _home, XDG_STATE_HOME: _state, STATE_DIRECTORY: _service, ...env} = process.env;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {env, encoding: 'utf8'});
  const answer: {value?: unknown} = JSON.parse(output);
  return answer.value;
}
