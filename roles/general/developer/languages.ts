/** Ending of a path → the name people use. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ ts: 'TypeScript', tsx: 'TypeScript', mts: 'TypeScript', cts: 'TypeScript' },
  ...{ js: 'JavaScript', jsx: 'JavaScript', mjs: 'JavaScript', cjs: 'JavaScript' },
  ...{
    py: 'Python',
    go: 'Go',
    rs: 'Rust',
    java: 'Java',
    kt: 'Kotlin',
    rb: 'Ruby',
    php: 'PHP',
    cs: 'C#',
    swift: 'Swift',
  },
  ...{
    c: 'C',
    h: 'C',
    cc: 'C++',
    cpp: 'C++',
    hpp: 'C++',
    ex: 'Elixir',
    exs: 'Elixir',
    scala: 'Scala',
    sh: 'Shell',
    lua: 'Lua',
  },
};

export function languageOf(path: string): string | undefined {
  const dot = path.lastIndexOf('.');
  return dot === -1 ? undefined : LANGUAGES[path.slice(dot + 1).toLowerCase()];
}

/** Languages of a repository, the one with the most files first; those with less than a twentieth of them are left out. */
export function languagesOf(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = languageOf(path);
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .filter(([, count]) => count * 20 >= all)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([language]) => language);
}
