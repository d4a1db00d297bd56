import {Argument, type Command} from '@commander-js/extra-typings';
import type {CommandContext} from '../command-context.js';
import {BASH_SCRIPT} from '../completion/bash-script.js';
import {FISH_SCRIPT} from '../completion/fish-script.js';
import {ZSH_SCRIPT} from '../completion/zsh-script.js';
import {EXIT_STATUS} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';

const EXAMPLES = [
  {
    line: 'bdsync-manager completion fish > ~/.config/fish/completions/bdsync-manager.fish',
    does: 'for all sessions of fish',
  },
  {line: 'source <(bdsync-manager completion bash)', does: 'for this session of bash; for all, in ~/.bashrc'},
];

const SCRIPTS = {bash: BASH_SCRIPT, zsh: ZSH_SCRIPT, fish: FISH_SCRIPT} as const;

/** `bdsync-manager completion SHELL` */
export function addCompletionCommand(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .summary('print a script that completes command lines in a shell')
    .description(
      'Prints a script that makes a shell complete the commands, options and values of bdsync-manager and bdsync, ' +
        'task names included.',
    )
    .addArgument(
      new Argument('<shell>', 'the shell that is to complete them').choices(['bash', 'zsh', 'fish'] as const),
    )
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES}))
    .action((shell) => {
      context.stdout.write(SCRIPTS[shell]);
      context.end(EXIT_STATUS.success);
    });
}
