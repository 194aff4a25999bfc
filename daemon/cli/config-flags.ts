import { FLAGS, type GivenFlags } from '../config/flags.ts';
import { type LoadOptions, loadConfig, loadSettings } from '../config/load.ts';
import { type Args, listOf, textOf } from './args.ts';
import type { Option } from './command.ts';
import type { Terminal } from './terminal.ts';

/** The flags of the configuration as options of a command. */
export const CONFIG_OPTIONS: readonly Option[] = FLAGS.map(({ name, value, help, many }) => ({
  name,
  value,
  help,
  type: many ? 'list' : 'text',
}));

type Place = Pick<Terminal, 'env' | 'cwd'>;

export const settingsOf = (args: Args, place: Place) => loadSettings(loadOptions(args, place));
export const configOf = (args: Args, place: Place) => loadConfig(loadOptions(args, place));

function loadOptions(args: Args, { env, cwd }: Place): LoadOptions {
  const given = FLAGS.flatMap(({ name, many }): [string, string | string[]][] => {
    const text = textOf(args, name);
    return text === undefined ? [] : [[name, many ? listOf(args, name) : text]];
  });
  const flags: GivenFlags = Object.fromEntries(given);
  const file = textOf(args, 'config');
  return { env, cwd, flags, ...(file !== undefined && { file }) };
}
