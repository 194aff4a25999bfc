import { nearest } from '../config/nearest.ts';
import type { Command, Option } from './command.ts';

/** For words that no command or option has: which one was most likely meant. Undefined for any other trouble. */
export function misspelt(
  message: string,
  path: string,
  commands: readonly Command[],
  options: readonly Option[],
): string | undefined {
  const given = /^Unknown (?:arguments?|commands?): (.+)$/.exec(message)?.[1]?.split(', ');
  const [word] = given ?? [];
  if (word === undefined) return undefined;
  const option = nearest(
    word,
    options.map(({ name }) => name),
  );
  if (option !== undefined) return `there is no option --${word}; did you mean --${option}?`;
  const prefix = path === '' ? '' : `${path} `;
  const below = commands.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length));
  const guess = nearest(
    word,
    below.map((name) => name.split(' ')[0] ?? name),
  );
  if (guess !== undefined) return `there is no command ${prefix}${word}; did you mean ${prefix}${guess}?`;
  if (path === '') return `there is no command ${word}: \`mindmesh --help\` lists them`;
  return `${path} does not take ${word}: \`mindmesh ${path} --help\` shows what it takes`;
}
