/** A changed file as a forge tells of it. */
export interface DiffFile {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
  /** Unified diff without file headers; absent where the forge leaves it out. */
  readonly patch?: string | undefined;
}

/** Why nobody needs to read a file: it was made by a program from others. */
export type MadeBy = 'lock file' | 'generated' | 'vendored';

const MADE: readonly (readonly [MadeBy, RegExp])[] = [
  [
    'lock file',
    /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|(yarn|poetry|uv|Cargo|Gemfile|composer|flake)\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|gradle\.lockfile)$/,
  ],
  ['vendored', /(^|\/)(vendor|node_modules|third_party)\//],
  [
    'generated',
    /(^|\/)(dist|generated|__generated__|__snapshots__)\/|\.(min\.(js|css)|map|snap|pb\.go)$|_pb2?\.(js|ts|py)$/,
  ],
];

/** What a reader looks for first, the most telling kind first; a file is of the first kind that fits. */
const KINDS: readonly { readonly form: RegExp; readonly weight: number }[] = [
  { form: /(^|\/)(tests?|__tests__|specs?|e2e|testdata)\/|[._-](test|spec)\.[a-z]+$|_test\.(go|py|rb)$/i, weight: 4 },
  { form: /(^|\/)(docs?|documentation)\/|\.(md|mdx|rst|adoc|txt)$/i, weight: 2 },
  {
    form: /(^|\/)[^/]*(auth|login|session|passw|permission|rbac|oauth|jwt|crypto|secret|token)[^/]*(\/|$)/i,
    weight: 10,
  },
  {
    form: /(^|\/)\.github\/|(^|\/)(Docker|Container|Make)file|(^|\/)(deploy|infra|charts?|k8s|terraform)\/|\.tf$/i,
    weight: 9,
  },
  { form: /(^|\/)migrations?\/|\.(sql|proto|graphql|prisma)$|(^|\/)(openapi|swagger)[^/]*$/i, weight: 9 },
  {
    form: /\.(c|cc|cpp|cs|dart|exs?|go|h|hpp|java|[cm]?jsx?|kts?|lua|m|php|pl|py|rb|rs|scala|sh|swift|[cm]?tsx?|vue|svelte)$/i,
    weight: 7,
  },
  { form: /./, weight: 5 },
];

/** Two hundred and some new lines count as much as one step of kind. */
const SIZE_SHARE = 1 / 8;

export function madeBy(path: string): MadeBy | undefined {
  return MADE.find(([, form]) => form.test(path))?.[0];
}

/** The most telling files first: by what they are, then by how much was changed, then by name. The same for everybody. */
export function rankFiles<T extends DiffFile>(files: readonly T[]): readonly T[] {
  const scored = files.map((file) => ({ file, score: scoreOf(file) }));
  scored.sort((a, b) => b.score - a.score || (a.file.path < b.file.path ? -1 : 1));
  return scored.map(({ file }) => file);
}

function scoreOf({ path, additions, deletions }: DiffFile): number {
  const weight = madeBy(path) === undefined ? (KINDS.find(({ form }) => form.test(path))?.weight ?? 0) : 0;
  // New lines are what is to be judged; of very many each counts less.
  return weight + Math.log2(1 + additions + deletions / 4) * SIZE_SHARE;
}
