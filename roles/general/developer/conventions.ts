import { languagesOf } from './languages.ts';
import type { RepositoryFacts } from './test-command.ts';

/** How a repository is written, as far as its files say so: for the prompt, one line each. */
export interface Conventions {
  readonly languages: readonly string[];
  /** Patterns of where tests lie, the commonest first, e.g. `test/unit/….test.ts`. */
  readonly testPatterns: readonly string[];
  /** `beside`: next to the code · `apart`: in a folder of their own; absent without tests. */
  readonly testsLie?: 'beside' | 'apart';
  readonly lines: readonly string[];
}

const MOST_PATTERNS = 4;
const TEST_NAME =
  /(^|\/)(test_[^/]+\.py|[^/]*[._-](?:test|tests|spec)\.[^/.]+|[^/]+(?:Test|Tests|Spec)\.(?:java|kt|cs|php|scala|swift))$/;
const TEST_FOLDER = /(^|\/)(tests?|__tests__|specs?)\//;

/**
 * @param samples texts of files that are much like what will be written: those that retrieval found
 */
export function conventionsOf(
  facts: RepositoryFacts,
  samples: readonly { readonly path: string; readonly text: string }[],
): Conventions {
  const tests = facts.paths.filter((path) => TEST_NAME.test(path));
  const apart = tests.filter((path) => TEST_FOLDER.test(path)).length;
  return {
    languages: languagesOf(facts.paths),
    testPatterns: commonest(tests.map(patternOf)).slice(0, MOST_PATTERNS),
    ...(tests.length > 0 && { testsLie: apart * 2 >= tests.length ? ('apart' as const) : ('beside' as const) }),
    lines: [...formatting(facts), ...habits(samples)],
  };
}

/** `test/unit/a/b.test.ts` → `test/unit/….test.ts`: two folders say enough. */
function patternOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const [kept, hasMore] = [folders.slice(0, 2), folders.length > 2];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const shape = /^test_/.test(name)
    ? 'test_….py'
    : `…${/(?:[._-](?:tests?|spec)|Tests?|Spec)\.[^.]+$/.exec(name)?.[0] ?? ''}`;
  return [...kept, ...(hasMore ? ['…'] : []), shape].join('/');
}

function commonest(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value);
}

const FORMATTERS = [
  ['biome.json', 'Biome'],
  ['.prettierrc', 'Prettier'],
  ['.prettierrc.json', 'Prettier'],
  ['rustfmt.toml', 'rustfmt'],
  ['ruff.toml', 'Ruff'],
  ['.editorconfig', 'EditorConfig'],
] as const;
const SETTING_CHARS = 600;

function formatting(facts: RepositoryFacts): string[] {
  return FORMATTERS.flatMap(([path, name]) => {
    const text = facts.text(path);
    return text === undefined
      ? []
      : [`${name} formats by ${path}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, SETTING_CHARS)}`];
  });
}

/** What most of the samples do. A habit that less than two thirds share is none. */
function habits(samples: readonly { readonly path: string; readonly text: string }[]): string[] {
  const indented = samples.flatMap(({ text }) => indentOf(text) ?? []);
  const scripts = samples.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path)).map(({ text }) => text);
  return [
    ...said(indented, (indent) =>
      indent === '\t' ? 'Lines are indented by tabs.' : `Lines are indented by ${indent.length} spaces.`,
    ),
    ...said(
      scripts.map((text) => mostOf(text, /'[^'\n]*'/g, /"[^"\n]*"/g)),
      (first) => `Strings have ${first ? 'single' : 'double'} quotes.`,
    ),
    ...said(
      scripts.map((text) => mostOf(text, /;$/gm, /[^\s;{},(]$/gm)),
      (first) => `Statements end ${first ? 'with' : 'without'} a semicolon.`,
    ),
    ...said(
      scripts
        .filter((text) => /^import .* from '[^']*\.\//m.test(text) || /from ['"]\.\.?\//.test(text))
        .map(hasSuffix),
      (has) => (has ? 'Imports of own files name the suffix.' : 'Imports of own files leave the suffix out.'),
    ),
  ];
}

function said<T>(values: readonly T[], line: (value: T) => string): string[] {
  const [first] = commonestOf(values);
  return first === undefined || first.count * 3 < values.length * 2 ? [] : [line(first.value)];
}

function commonestOf<T>(values: readonly T[]): { readonly value: T; readonly count: number }[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function indentOf(text: string): string | undefined {
  const found = /\n(\t| {2,8})\S/.exec(text)?.[1];
  return found;
}

function mostOf(text: string, one: RegExp, other: RegExp): boolean {
  return (text.match(one)?.length ?? 0) >= (text.match(other)?.length ?? 0);
}

function hasSuffix(text: string): boolean {
  return /from ['"]\.\.?\/[^'"]+\.[a-z]{2,3}['"]/.test(text);
}
