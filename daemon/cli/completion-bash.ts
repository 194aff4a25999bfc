import type { Option } from './command.ts';
import type { Completed } from './completed.ts';

/** Pure bash, without the bash-completion package. */
export function bashScript(commands: readonly Completed[]): string {
  const firsts = [...new Set(commands.map(({ words }) => words[0] ?? ''))];
  const values = new Map(merged(commands.flatMap(({ options }) => options)).flatMap(valueCase));
  return `# bash completion for mindmesh: source <(mindmesh completion bash)
_mindmesh() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} path='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  COMPREPLY=()
  case "$prev" in
${[...values].map(([names, words]) => `    ${names}) COMPREPLY=(${words}); return ;;`).join('\n')}
  esac
  local words=''
  case "$path" in
    '') words='${firsts.join(' ')} --help --version' ;;
${commandCases(commands).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _mindmesh mindmesh
`;
}

/** Values are looked up by the option's name alone: where two commands give it other choices, all of them are offered. */
function merged(options: readonly Option[]): readonly Option[] {
  return options.map((option) => {
    const choices = options.filter(({ name }) => name === option.name).flatMap((each) => each.choices ?? []);
    return choices.length === 0 ? option : { ...option, choices: [...new Set(choices)] };
  });
}

function valueCase(option: Option): [string, string][] {
  if (option.type === 'switch') return [];
  const names = [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])].join(' | ');
  if (option.choices !== undefined) return [[names, `$(compgen -W '${option.choices.join(' ')}' -- "$cur")`]];
  if (option.value === 'FILE' || option.value === 'PATH') return [[names, '$(compgen -f -- "$cur")']];
  return option.value === 'DIR' ? [[names, '$(compgen -d -- "$cur")']] : [];
}

/** The longer path first: \`events tail\` is not \`events\` with an operand. */
function commandCases(commands: readonly Completed[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { words, options, operands } of commands) {
    const path = words.join(' ');
    const own = groups.get(path) ?? new Set();
    for (const word of [...operands, ...options.map(({ name }) => `--${name}`)]) own.add(word);
    groups.set(path, own);
    const [first = '', second] = words;
    if (second !== undefined) groups.set(first, new Set([second, ...(groups.get(first) ?? [])]));
  }
  return [...groups]
    .sort(([a], [b]) => b.length - a.length)
    .map(([path, words]) => `    '${path}' | '${path} '*) words='${[...words].join(' ')}' ;;`);
}
