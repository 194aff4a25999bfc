import type { Command, Option } from './command.ts';
import { renderGroup, renderHelp, renderOverview } from './help.ts';

/** The words at the beginning that name a command or a group of them. */
export function leadingWords(argv: readonly string[], commands: readonly Command[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    const path = [...words, word].join(' ');
    if (!commands.some(({ name }) => name === path || name.startsWith(`${path} `))) break;
    words.push(word);
  }
  return words;
}

export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  if (argv[0] === 'help') return true;
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

export async function helpOf(path: string, commands: readonly Command[], width: number): Promise<string> {
  if (path === '') return renderOverview(commands, width);
  const below = commands.filter(({ name }) => name.startsWith(`${path} `));
  const command = commands.find(({ name }) => name === path);
  return command === undefined
    ? renderGroup(path, below, width)
    : renderHelp(command, await optionsOf(command), below, width);
}

/** The flags of the configuration are many and loaded only where they are taken. */
export async function optionsOf({ options = [], takesConfig }: Command): Promise<readonly Option[]> {
  return takesConfig ? [...options, ...(await import('./config-flags.ts')).CONFIG_OPTIONS] : options;
}
