/** What a repository says of itself: its paths, and the texts of the few files that are asked for by name. */
export interface RepositoryFacts {
  readonly paths: readonly string[];
  /** Undefined for what is not there. */
  text(path: string): string | undefined;
}

export interface TestCommand {
  readonly argv: readonly string[];
  /** For people: what says so. */
  readonly because: string;
}

/** Files that the rules below read; whoever makes the facts fetches these. */
export const MANIFESTS = [
  ...['package.json', 'deno.json', 'pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini', 'composer.json', 'Makefile'],
  ...[
    '.editorconfig',
    'biome.json',
    '.prettierrc',
    '.prettierrc.json',
    'rustfmt.toml',
    'ruff.toml',
    'tsconfig.json',
    'CONTRIBUTING.md',
  ],
];

type Rule = (facts: RepositoryFacts) => TestCommand | undefined;

/** In this order: a script that people gave a name to comes before what its language would do by itself. Nothing here may need a network. */
const RULES: readonly Rule[] = [
  packageScript,
  (facts) => when(has(facts, 'deno.json') || has(facts, 'deno.jsonc'), ['deno', 'test', '--cached-only'], 'deno.json'),
  (facts) => when(has(facts, 'go.mod'), ['go', 'test', './...'], 'go.mod'),
  (facts) => when(has(facts, 'Cargo.toml'), ['cargo', 'test', '--offline'], 'Cargo.toml'),
  pytest,
  (facts) => when(has(facts, 'mix.exs'), ['mix', 'test'], 'mix.exs'),
  (facts) => when(has(facts, 'gradlew'), ['sh', './gradlew', '--offline', 'test'], 'gradlew'),
  (facts) => when(has(facts, 'pom.xml'), ['mvn', '--offline', '--quiet', 'test'], 'pom.xml'),
  (facts) =>
    when(has(facts, 'phpunit.xml') || has(facts, 'phpunit.xml.dist'), ['php', 'vendor/bin/phpunit'], 'phpunit.xml'),
  (facts) => when(has(facts, '.rspec'), ['bundle', 'exec', 'rspec'], '.rspec'),
  (facts) => when(has(facts, 'Rakefile'), ['bundle', 'exec', 'rake', 'test'], 'Rakefile'),
  (facts) =>
    when(
      facts.paths.some((path) => /^[^/]+\.(sln|csproj)$/.test(path)),
      ['dotnet', 'test', '--no-restore'],
      'a .NET project',
    ),
  make,
  (facts) =>
    when(
      has(facts, 'package.json') && anyLike(facts, /[._]test\.[cm]?js$/),
      ['node', '--test'],
      'package.json and *.test.js',
    ),
  (facts) => when(anyLike(facts, /(^|\/)test_[^/]+\.py$/), ['python3', '-m', 'unittest', 'discover'], 'test_*.py'),
];

/** How the tests of a repository are run; undefined where nothing says so. */
export function testCommandOf(facts: RepositoryFacts): TestCommand | undefined {
  for (const rule of RULES) {
    const command = rule(facts);
    if (command !== undefined) return command;
  }
  return undefined;
}

/** What `npm init` writes fails always. */
const NO_TEST = /no test specified/;

function packageScript(facts: RepositoryFacts): TestCommand | undefined {
  const script = scriptsOf(facts.text('package.json')).test;
  if (script === undefined || script.trim() === '' || NO_TEST.test(script)) return undefined;
  const manager = has(facts, 'pnpm-lock.yaml') ? 'pnpm' : has(facts, 'yarn.lock') ? 'yarn' : 'npm';
  return { argv: [manager, 'test'], because: 'scripts.test of package.json' };
}

function scriptsOf(text: string | undefined): Readonly<Record<string, string>> {
  const scripts = jsonOf(text)?.scripts;
  if (typeof scripts !== 'object' || scripts === null) return {};
  return Object.fromEntries(
    Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A repository may hold anything under that name. */
function jsonOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function pytest(facts: RepositoryFacts): TestCommand | undefined {
  const says: readonly (readonly [string, RegExp])[] = [
    ['pytest.ini', /./],
    ['pyproject.toml', /^\[tool\.pytest|\bpytest\b/m],
    ['setup.cfg', /^\[tool:pytest\]/m],
    ['tox.ini', /^\[pytest\]|\bpytest\b/m],
  ];
  const found = says.find(([path, pattern]) => pattern.test(facts.text(path) ?? ''))?.[0];
  const because = found ?? (anyLike(facts, /(^|\/)conftest\.py$/) ? 'conftest.py' : undefined);
  return because === undefined ? undefined : { argv: ['python3', '-m', 'pytest', '-q'], because };
}

function make(facts: RepositoryFacts): TestCommand | undefined {
  const target = ['test', 'check'].find((name) =>
    new RegExp(`^${name}\\s*:(?!=)`, 'm').test(facts.text('Makefile') ?? ''),
  );
  return target === undefined ? undefined : { argv: ['make', target], because: `target ${target} of the Makefile` };
}

function when(holds: boolean, argv: readonly string[], because: string): TestCommand | undefined {
  return holds ? { argv, because } : undefined;
}

function has({ paths }: RepositoryFacts, path: string): boolean {
  return paths.includes(path);
}

function anyLike({ paths }: RepositoryFacts, pattern: RegExp): boolean {
  return paths.some((path) => pattern.test(path));
}
