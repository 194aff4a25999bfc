import { kindOf, leftOutByName } from '../../daemon/retrieval/file-kinds.ts';

/** Endings of one language, or of two that are written side by side. */
const TOGETHER: readonly (readonly string[])[] = [
  ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'],
  ['c', 'h', 'cc', 'cpp', 'hpp'],
  ['ex', 'exs'],
  ['kt', 'java'],
];

/** Endings of the language that most files of code are in. */
export function mainLanguageOf(paths: readonly string[]): readonly string[] {
  const counts = new Map<readonly string[], number>();
  const single = new Map<string, readonly string[]>();
  for (const path of paths.filter((each) => isCode(each) && leftOutByName(each) === undefined)) {
    const ending = endingOf(path);
    const language = TOGETHER.find((endings) => endings.includes(ending)) ?? single.get(ending) ?? [ending];
    single.set(ending, language);
    counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? [];
}

export function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

function isCode(path: string): boolean {
  return path.includes('.') && ['code', 'test'].includes(kindOf(path));
}
