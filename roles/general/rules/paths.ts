import type { MeshEvent } from '../../../protocols/event.ts';
import { counted, listed, type Signal, type SignalId, signal } from './signal.ts';

export type Change = 'added' | 'modified' | 'removed';

/** Kinds of file that rules know by their path. One path may be of several; `code` is only what is of no other kind. */
const KINDS_OF_PATH = {
  secret:
    /(^|\/)(\.env(\.(?!example|sample|template|dist)[\w.-]+)?|\.netrc|\.npmrc|\.pypirc|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.\w+)?|secrets?\.(ya?ml|json|toml|env|txt)|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx))$/i,
  ci: /(^|\/)(\.github\/(workflows|actions)\/|\.gitlab-ci|\.circleci\/|\.buildkite\/|\.ci\/|Jenkinsfile$|azure-pipelines|\.travis\.yml$|\.drone\.yml$|bitbucket-pipelines)/i,
  infra:
    /(^|\/)((Dockerfile|Containerfile)([.-][\w.-]+)?$|docker-compose|compose\.ya?ml$|helm\/|charts?\/|k8s\/|kubernetes\/|manifests\/|deploy(ment)?\/|terraform\/|ansible\/|infra(structure)?\/|kustomization\.ya?ml$|[^/]+\.tf(vars)?$)/i,
  lock: /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|go\.sum|gradle\.lockfile|flake\.lock)$/,
  manifest:
    /(^|\/)(package\.json|Cargo\.toml|pyproject\.toml|setup\.(py|cfg)|requirements[\w.-]*\.txt|Pipfile|Gemfile|composer\.json|go\.mod|pom\.xml|build\.gradle(\.kts)?|[^/]+\.csproj|flake\.nix)$/,
  schema:
    /(^|\/)(migrations?\/|db\/migrate\/|schema\.(sql|prisma|graphql|rb|json)$|openapi[\w.-]*\.(ya?ml|json)$|swagger[\w.-]*\.(ya?ml|json)$|[^/]+\.(proto|avsc|graphql|thrift|sql)$|crds?\/)/i,
  access:
    /(^|\/)[^/]*(auth|login|session|password|permission|rbac|acl|oauth|saml|jwt|crypto|token|CODEOWNERS)[^/]*(\/|$)/i,
  test: /(^|\/)(tests?|__tests__|specs?|e2e|testdata)\/|(\.|_|-)(test|spec)\.[a-z]+$|(^|\/)test_[^/]+\.py$|_test\.(go|py|rb|exs)$|Tests?\.(java|kt|cs|swift)$/i,
  docs: /(^|\/)(docs?|documentation)\/|(^|\/)(README|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE|NOTICE|UPGRADING)([.-][\w.-]+)?$|\.(md|mdx|rst|adoc)$/i,
  generated:
    /(^|\/)(dist|build|vendor|node_modules|third_party|generated|__generated__|__snapshots__)\/|\.(min\.(js|css)|map|pb\.go|snap)$|_pb2?\.(js|ts|py)$/i,
} as const;

export type PathKind = keyof typeof KINDS_OF_PATH | 'code';

/** Extensions of what people program in: settings and pictures need no test. */
const CODE =
  /\.(c|cc|cpp|cs|clj|dart|ex|exs|fs|go|h|hpp|java|jl|js|jsx|cjs|mjs|kt|kts|lua|m|ml|php|pl|py|r|rb|rs|scala|sh|swift|ts|tsx|mts|cts|vue|svelte|zig)$/i;

export function kindsOf(path: string): ReadonlySet<PathKind> {
  const kinds = new Set<PathKind>();
  for (const [kind, form] of entriesOfKinds()) if (form.test(path)) kinds.add(kind);
  const isOwn = !kinds.has('test') && !kinds.has('docs') && !kinds.has('generated') && !kinds.has('manifest');
  if (isOwn && CODE.test(path)) kinds.add('code');
  return kinds;
}

function entriesOfKinds(): [keyof typeof KINDS_OF_PATH, RegExp][] {
  return Object.entries(KINDS_OF_PATH) as [keyof typeof KINDS_OF_PATH, RegExp][];
}

export interface TouchedPath {
  readonly path: string;
  readonly change: Change;
  readonly kinds: ReadonlySet<PathKind>;
}

/** The files an event names: those of a push, each once with the last change to it, and the one a comment is about. */
export function touchedPaths({ data }: MeshEvent): TouchedPath[] {
  const last = new Map<string, Change>();
  for (const { added, modified, removed } of data.push?.commits ?? []) {
    for (const path of added) last.set(path, 'added');
    for (const path of modified) if (last.get(path) !== 'added') last.set(path, 'modified');
    for (const path of removed) last.set(path, 'removed');
  }
  const commented = data.comment?.path;
  if (commented !== undefined && !last.has(commented)) last.set(commented, 'modified');
  return [...last].map(([path, change]) => ({ path, change, kinds: kindsOf(path) }));
}

/** Folders at the top of the repository; files that lie there count as one. */
export function topFolders(paths: readonly TouchedPath[]): ReadonlyMap<string, number> {
  const folders = new Map<string, number>();
  for (const { path } of paths) {
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '(top level)';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return new Map([...folders].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

const PRESENT: readonly (readonly [PathKind, SignalId, Signal['severity'], string])[] = [
  ['secret', 'secret-files', 'high', 'Files that usually hold secrets'],
  ['ci', 'ci-files', 'medium', 'The pipeline itself is changed'],
  ['infra', 'infra-files', 'medium', 'Infrastructure files are changed'],
  ['manifest', 'dependency-files', 'low', 'A dependency manifest is changed'],
  ['schema', 'schema-files', 'medium', 'A schema, an interface or a migration is changed'],
  ['access', 'access-files', 'medium', 'Names of files speak of access or cryptography'],
  ['test', 'test-files', 'info', 'Tests are changed'],
  ['docs', 'docs-files', 'info', 'Documentation is changed'],
  ['generated', 'generated-files', 'low', 'Generated or vendored files are among them'],
];

export function pathSignals(paths: readonly TouchedPath[]): Signal[] {
  const of = (kind: PathKind, change?: Change) =>
    paths
      .filter((each) => each.kinds.has(kind) && (change === undefined || each.change === change))
      .map(({ path }) => path);
  const signals = PRESENT.flatMap(([kind, id, severity, title]) => {
    const found = of(kind);
    return found.length === 0
      ? []
      : [signal(id, severity, title, `${counted(found.length, 'file')}: ${listed(found)}`, found[0])];
  });
  const [locks, manifests, code, tests] = [of('lock'), of('manifest'), of('code'), of('test')];
  if (locks.length > 0 && manifests.length === 0) {
    signals.push(
      signal('lock-without-manifest', 'medium', 'A lockfile changed without its manifest', listed(locks), locks[0]),
    );
  }
  if (manifests.length > 0 && locks.length === 0) {
    signals.push(
      signal('manifest-without-lock', 'low', 'A manifest changed without a lockfile', listed(manifests), manifests[0]),
    );
  }
  if (code.length > 0 && tests.length === 0) {
    const detail = `${counted(code.length, 'source file')} and no test: ${listed(code)}`;
    signals.push(
      signal(
        'code-without-tests',
        code.length > 3 ? 'medium' : 'low',
        'Code changes and no test does',
        detail,
        code[0],
      ),
    );
  }
  const removed = of('test', 'removed');
  if (removed.length > 0) {
    signals.push(
      signal(
        'tests-removed',
        'medium',
        'Tests were removed',
        `${counted(removed.length, 'file')}: ${listed(removed)}`,
        removed[0],
      ),
    );
  }
  return signals;
}
