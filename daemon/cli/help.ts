import type { Command, Operand, Option } from './command.ts';
import { wrap } from './output/wrap.ts';

export const HELP_OPTION: Option = { name: 'help', short: 'h', type: 'switch', help: 'show this help' };

/** The help of the program. */
export function renderOverview(commands: readonly Command[], width: number): string {
  const rows = commands.map((command) => [callOf(command), command.summary] as const);
  return parts([
    'mindmesh COMMAND',
    'A peer-to-peer agent mesh daemon: webhooks in, generals at work, no hub.',
    section('Commands', rows, width),
    'mindmesh COMMAND --help shows what a command takes; options stand behind the command.',
    EXIT_CODES,
  ]);
}

/** The help of one command. @param options all it takes, also those of the configuration */
export function renderHelp(
  command: Command,
  options: readonly Option[],
  below: readonly Command[],
  width: number,
): string {
  const operands = command.operands ?? [];
  return parts([
    `mindmesh ${[callOf(command), ...(options.length > 0 ? ['[OPTIONS]'] : [])].join(' ')}`,
    [`${sentence(command.summary)}`, ...(command.about === undefined ? [] : [command.about])]
      .flatMap((text) => wrap(text, width))
      .join('\n'),
    section(
      'Operands',
      operands.map((operand) => [operand.name.toUpperCase(), aboutOperand(operand)] as const),
      width,
    ),
    section(
      'Commands',
      below.map((each) => [callOf(each), each.summary] as const),
      width,
    ),
    section(
      'Options',
      [...options, HELP_OPTION].map((option) => [optionCall(option), aboutOption(option)] as const),
      width,
    ),
    section(
      'Examples',
      (command.examples ?? []).map(([line, what]) => [line, what] as const),
      width,
    ),
  ]);
}

/** The help of a word that is no command itself, like `config`. */
export function renderGroup(word: string, below: readonly Command[], width: number): string {
  return parts([
    `mindmesh ${word} COMMAND`,
    section(
      'Commands',
      below.map((each) => [callOf(each), each.summary] as const),
      width,
    ),
  ]);
}

const EXIT_CODES = 'Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 daemon down.';

function parts(texts: readonly string[]): string {
  return `${texts.filter((text) => text !== '').join('\n\n')}\n`;
}

export function callOf({ name, operands = [] }: Command): string {
  return [
    name,
    ...operands.map(({ name, required, many }) => {
      const called = `${name.toUpperCase()}${many ? '…' : ''}`;
      return required ? called : `[${called}]`;
    }),
  ].join(' ');
}

function optionCall({ name, short, type, value, choices }: Option): string {
  const long = short === undefined ? `    --${name}` : `-${short}, --${name}`;
  return type === 'switch' ? long : `${long} ${value ?? (choices ? name.toUpperCase() : 'VALUE')}`;
}

function aboutOption({ help, choices, fallback, type }: Option): string {
  const notes = [
    ...(choices ? [choices.join(', ')] : []),
    ...(type === 'list' ? ['may be repeated'] : []),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

function aboutOperand({ help, choices }: Operand): string {
  return choices === undefined ? help : `${help} (${choices.join(', ')})`;
}

/** Two columns; what does not fit goes on below itself. */
function section(title: string, rows: readonly (readonly [left: string, right: string])[], width: number): string {
  if (rows.length === 0) return '';
  const left = Math.max(...rows.map(([text]) => text.length));
  const lines = rows.flatMap(([text, about]) =>
    wrap(about, Math.max(30, width - left - 4)).map((line, i) =>
      `  ${(i === 0 ? text : '').padEnd(left)}  ${line}`.trimEnd(),
    ),
  );
  return [`${title}:`, ...lines].join('\n');
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
