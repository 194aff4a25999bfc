import yargs, { type Argv, type Options } from 'yargs';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { Args } from './args.ts';
import { checkArgs } from './check-args.ts';
import type { Command, Option } from './command.ts';
import { asksForHelp, helpOf, leadingWords, optionsOf } from './help-request.ts';
import { misspelt } from './misspelt.ts';

/** What the command line asks for: a command to run, or a text to print. */
export type Parsed = { readonly command: Command; readonly args: Args } | { readonly text: string };

export interface ParserOptions {
  readonly version: string;
  /** Columns of the help. */
  readonly width: number;
}

const OPTIONS_FIRST = 'options stand behind the command, like `mindmesh status -o json`';

/** @throws MeshError `usage` */
export async function parse(
  argv: readonly string[],
  commands: readonly Command[],
  options: ParserOptions,
): Promise<Parsed> {
  const words = leadingWords(argv[0] === 'help' ? argv.slice(1) : argv, commands);
  if (asksForHelp(argv)) return { text: await helpOf(words.join(' '), commands, options.width) };
  if (argv[0] === '--version') return { text: `${options.version}\n` };
  if (argv[0]?.startsWith('-')) throw new MeshError('usage', { problem: OPTIONS_FIRST });
  const command = commands.find(({ name }) => name === words.join(' '));
  const all = command === undefined ? [] : await optionsOf(command);
  const { chosen, args } = await parseWords(argv, commands, words, all);
  // `events -n 5 tail`: the options were judged as those of `events`.
  if (chosen !== command) throw new MeshError('usage', { problem: OPTIONS_FIRST });
  checkArgs(chosen, all, args);
  return { command: chosen, args };
}

async function parseWords(
  argv: readonly string[],
  commands: readonly Command[],
  words: readonly string[],
  options: readonly Option[],
): Promise<{ chosen: Command; args: Args }> {
  let found: { chosen: Command; args: Args } | undefined;
  const parser = group(yargs(), '', commands, options, (chosen, args) => {
    found = { chosen, args: withDashes(args) };
  });
  const refuse = (message: string) =>
    new MeshError('usage', { problem: misspelt(message, words.join(' '), commands, options) ?? plain(message) });
  configure(parser).fail((message, error) => {
    throw refuse(message ?? messageOf(error));
  });
  try {
    await parser.parseAsync(argv.map((word) => (word === '-' ? DASH : word)));
  } catch (error) {
    throw error instanceof MeshError ? error : refuse(messageOf(error));
  }
  if (found === undefined) throw new MeshError('usage', { problem: 'name a command: `mindmesh --help` lists them' });
  return found;
}

/** yargs loses an operand that is a dash alone (standard input): it travels under another name. */
const DASH = '\u0000-';

function withDashes(args: Args): Args {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value === DASH ? '-' : value]));
}

function configure(parser: Argv): Argv {
  return parser
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .help(false)
    .version(false)
    .strict()
    .exitProcess(false);
}

type Choose = (command: Command, args: Args) => void;

/** The commands below some words: `events` and, below it, `tail`. Only the one that is meant has its options. */
function group(
  parser: Argv,
  parent: string,
  commands: readonly Command[],
  options: readonly Option[],
  choose: Choose,
): Argv {
  const prefix = parent === '' ? '' : `${parent} `;
  const below = commands.filter(({ name }) => name.startsWith(prefix));
  const next = new Set(below.map(({ name }) => name.slice(prefix.length).split(' ')[0] ?? ''));
  return [...next].reduce((each, word) => {
    const path = prefix + word;
    const command = commands.find(({ name }) => name === path);
    const operands = (command?.operands ?? []).map(({ name, many }) => `[${name}${many ? '..' : ''}]`);
    return each.command(
      [word, ...operands].join(' '),
      '',
      (inner: Argv) => {
        const all = group(inner, path, commands, options, choose);
        for (const { name } of command?.operands ?? []) all.positional(name, {});
        for (const option of command === undefined ? [] : options) all.option(option.name, optionOf(option));
        return command === undefined ? all.demandCommand(1, `name one of ${namesBelow(path, commands)}`) : all;
      },
      (args) => {
        if (command !== undefined) choose(command, args);
      },
    );
  }, parser);
}

function optionOf({ short, type }: Option): Options {
  return {
    type: type === 'switch' ? 'boolean' : 'string',
    ...(short !== undefined && { alias: short }),
    ...(type === 'list' && { array: true, nargs: 1 }),
    ...((type === 'text' || type === 'number') && { requiresArg: true }),
  };
}

/** What yargs says, in our words where it says too little. */
function plain(message: string): string {
  const missing = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return missing === undefined ? message : `--${missing} wants a value`;
}

function namesBelow(path: string, commands: readonly Command[]): string {
  return commands
    .filter(({ name }) => name.startsWith(`${path} `))
    .map(({ name }) => name)
    .join(', ');
}
