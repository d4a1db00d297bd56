import {choiceOf, commandWords} from '../key-values.js';
import {type KeyRules, optional, withDefault} from '../key-rule.js';
import {parseLocalPath, parseRemoteProgram} from './path-keys.js';

export interface ConnectionValues {
  readonly connection_command: readonly string[];
  readonly connection_quoting: 'auto' | 'shell' | 'none';
  readonly remote_bdsync_bin: string;
  readonly local_bdsync_bin: string | undefined;
}

export const CONNECTION_KEYS: KeyRules<ConnectionValues> = {
  connection_command: {
    ...optional(commandWords, {
      group: 'connection',
      placeholder: 'command',
      doc: "the program and its arguments that start commands on the target's host, such as ssh backup@host",
    }),
    whenUnset: () => [],
  },
  connection_quoting: withDefault('auto', choiceOf(['auto', 'shell', 'none']), {
    group: 'connection',
    placeholder: 'auto|shell|none',
    doc: 'whether a shell at the far end parses the words of a command again: shell as with ssh, none as with sudo',
  }),
  remote_bdsync_bin: withDefault('bdsync', parseRemoteProgram, {
    group: 'connection',
    placeholder: 'program',
    doc: "the bdsync program that is started on the target's host",
  }),
  local_bdsync_bin: optional(parseLocalPath, {
    group: 'connection',
    placeholder: 'path',
    doc: 'a bdsync program on this machine that is used in place of the built-in engine',
  }),
};
