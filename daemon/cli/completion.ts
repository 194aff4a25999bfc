import { MeshError } from '../../protocols/errors.ts';
import { textOf } from './args.ts';
import type { Command, Verb } from './command.ts';
import type { Completed } from './completed.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import { CONFIG_OPTIONS } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { HELP_OPTION } from './help.ts';

export const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const run: Verb = async (args, terminal, commands) => {
  const shell = textOf(args, 'shell') ?? '';
  const script = Object.entries(SHELLS).find(([name]) => name === shell)?.[1];
  if (script === undefined) throw new MeshError('usage', { problem: `there is no completion for ${shell}` });
  terminal.stdout.write(script(completedCommands(commands)));
  return EXIT.ok;
};

/** The whole table: the script asks nothing of the program while one types. */
export function completedCommands(commands: readonly Command[]): Completed[] {
  return commands.map(({ name, summary, options = [], operands = [], takesConfig }) => ({
    words: name.split(' '),
    summary,
    options: [...options, ...(takesConfig ? CONFIG_OPTIONS : []), HELP_OPTION],
    operands: operands.flatMap(({ choices }) => choices ?? []),
  }));
}
