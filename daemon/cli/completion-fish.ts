import type { Option } from './command.ts';
import type { Completed } from './completed.ts';

export function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap((command) => [
    wordLine(command, commands),
    ...operandLines(command, commands),
    ...command.options.map((option) => optionLine(condition(command.words, commands), option)),
  ]);
  return `# fish completion for mindmesh: mindmesh completion fish | source
complete -c mindmesh -f
${[...new Set(lines)].join('\n')}
`;
}

function wordLine({ words, summary }: Completed, all: readonly Completed[]): string {
  const [first = '', second] = words;
  if (second === undefined) return complete('__fish_use_subcommand', `-a ${first}`, summary);
  const group = all.some(({ words: [word, next] }) => word === first && next === undefined);
  const parent = group ? '' : `${complete('__fish_use_subcommand', `-a ${first}`, `${first} …`)}\n`;
  return `${parent}${complete(`__fish_seen_subcommand_from ${first}`, `-a ${second}`, summary)}`;
}

function operandLines({ words, operands }: Completed, all: readonly Completed[]): string[] {
  return operands.length === 0 ? [] : [`complete -c mindmesh -n '${condition(words, all)}' -a '${operands.join(' ')}'`];
}

function optionLine(when: string, option: Option): string {
  const { name, short, type, choices, value, help } = option;
  const takes =
    type === 'switch'
      ? ''
      : choices
        ? ` -x -a '${choices.join(' ')}'`
        : value === 'FILE' || value === 'PATH' || value === 'DIR'
          ? ' -r -F'
          : ' -x';
  return complete(when, `-l ${name}${short === undefined ? '' : ` -s ${short}`}${takes}`, help);
}

/** The words that call the command, and none of those that would make it another one. */
function condition(words: readonly string[], all: readonly Completed[]): string {
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = all.flatMap((other) =>
    other.words.length > words.length && other.words[0] === words[0] ? (other.words[1] ?? []) : [],
  );
  return [...seen, ...(below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`])].join(
    '; and ',
  );
}

function complete(when: string, what: string, about: string): string {
  return `complete -c mindmesh -n '${when}' ${what} -d '${about.replaceAll("'", "\\'")}'`;
}
