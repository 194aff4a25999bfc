import type { Option } from './command.ts';
import type { Completed } from './completed.ts';

export function zshScript(commands: readonly Completed[]): string {
  const firsts = [...new Set(commands.map(({ words }) => words[0] ?? ''))];
  return `#compdef mindmesh
# zsh completion for mindmesh: source <(mindmesh completion zsh)
_mindmesh() {
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(
${firsts.map((first) => `      ${quote(`${first}:${summaryOf(first, commands).replaceAll(':', '\\:')}`)}`).join('\n')}
    )
    _describe -t commands 'command' commands
    return
  fi
  case "\${words[2]}" in
${firsts.map((first) => firstCase(first, commands)).join('\n')}
  esac
}
compdef _mindmesh mindmesh
`;
}

function summaryOf(first: string, commands: readonly Completed[]): string {
  const own = commands.find(({ words }) => words.length === 1 && words[0] === first);
  const below = commands.filter(({ words }) => words.length === 2 && words[0] === first).map(({ words }) => words[1]);
  return own?.summary ?? below.join(', ');
}

function firstCase(first: string, commands: readonly Completed[]): string {
  const own = commands.find(({ words }) => words.length === 1 && words[0] === first);
  const below = commands.filter(({ words }) => words.length === 2 && words[0] === first);
  if (below.length === 0) return `    ${first})${own === undefined ? '' : call(own)} ;;`;
  return [
    `    ${first})`,
    `      if (( CURRENT == 3 )); then compadd -- ${below.map(({ words }) => words[1] ?? '').join(' ')}; fi`,
    `      case "\${words[3]}" in`,
    ...below.map((command) => `        ${command.words[1]})${call(command)} ;;`),
    `        *)${own === undefined ? '' : call(own)} ;;`,
    '      esac ;;',
  ].join('\n');
}

/** The words that call the command are taken away: what is left are its options and operands. */
function call(command: Completed): string {
  const { length } = command.words;
  return ` shift ${length} words; (( CURRENT -= ${length} )); _arguments ${specs(command)}`;
}

function specs({ options, operands }: Completed): string {
  const operand = operands.length === 0 ? [] : [quote(`*:value:(${operands.join(' ')})`)];
  return [...options.map(spec), ...operand].join(' ');
}

function spec({ name, type, help, choices, value }: Option): string {
  const about = `--${name}${type === 'switch' ? '' : '='}[${help.replace(/[[\]:]/g, ' ')}]`;
  if (type === 'switch') return quote(about);
  const action = choices
    ? `(${choices.join(' ')})`
    : value === 'FILE' || value === 'PATH'
      ? '_files'
      : value === 'DIR'
        ? '_files -/'
        : '';
  return quote(`${about}:${(value ?? name).toLowerCase()}:${action}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
