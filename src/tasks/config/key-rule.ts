import {booleanValue} from './key-values.js';
import {KeyFault} from './key-fault.js';
import type {HomeFolderOf} from './path-values.js';

export type TaskKeyGroup =
  | 'source and target'
  | 'connection'
  | 'patch'
  | 'transfer'
  | 'snapshot'
  | 'run'
  | 'notification';

/** What a value may depend on beside its text. */
export interface KeyContext {
  readonly targetIsRemote: boolean;
  /** The task stands for several volumes: source_path is a pattern of theirs. */
  readonly hasManyVolumes: boolean;
  readonly homeFolderOf: HomeFolderOf;
  /** Undefined where there is none for this user. */
  readonly defaultStateDir: () => string | undefined;
}

interface KeyFacts {
  readonly group: TaskKeyGroup;
  /** What stands for the value in a synopsis, `path` in `--state-dir <path>`. */
  readonly placeholder: string;
  /** One line: what it says, lower case, no full stop. */
  readonly doc: string;
  /** The flag without which the key is not looked at. */
  readonly onlyWith?: 'create_target_if_missing' | 'lvm_snapshot_enabled';
  /** It is looked at with a pattern in source_path as well. */
  readonly alsoForManyVolumes?: true;
  /** No message quotes the value. */
  readonly isSecret?: true;
}

export interface KeyRule<Value> extends KeyFacts {
  /** A flag is switched on by naming it where there are no values, on a command line. */
  readonly kind: 'flag' | 'value';
  /** As the manual has it: a value, `none` or `required`. */
  readonly defaultText: string;
  /** Makes a value of a text that is not empty. Throws KeyFault. */
  readonly parse: (text: string, context: KeyContext) => Value;
  /** The value of a key that is absent or empty. Throws KeyFault if there must be one. */
  readonly whenUnset: (context: KeyContext) => Value;
}

/** A table of keys, by the names of their values. */
export type KeyRules<Values> = {readonly [Name in keyof Values]: KeyRule<Values[Name]>};

/** A key that every task must set. */
export function required<Value>(parse: KeyRule<Value>['parse'], facts: KeyFacts): KeyRule<Value> {
  return {...facts, kind: 'value', defaultText: 'required', parse, whenUnset: refuseToBeUnset};
}

function refuseToBeUnset(): never {
  throw new KeyFault('must be set; it has no default', {code: 'config-missing-key'});
}

/** A key whose absence means that there is no such thing. */
export function optional<Value>(parse: KeyRule<Value>['parse'], facts: KeyFacts) {
  return {...facts, kind: 'value' as const, defaultText: 'none', parse, whenUnset: () => undefined};
}

/** A key whose absence means the same as `text`. */
export function withDefault<Value>(text: string, parse: KeyRule<Value>['parse'], facts: KeyFacts): KeyRule<Value> {
  return {...facts, kind: 'value', defaultText: text, parse, whenUnset: (context) => parse(text, context)};
}

/** A key that is on or off, off when it is not set. */
export function flag(facts: Omit<KeyFacts, 'placeholder'>): KeyRule<boolean> {
  return {
    ...facts,
    placeholder: 'yes|no',
    kind: 'flag',
    defaultText: 'no',
    parse: booleanValue,
    whenUnset: () => false,
  };
}
