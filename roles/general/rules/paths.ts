import type { MeshEvent, Severity } from '../../../protocols/event.ts';
import { counted, listed, type Signal, type SignalId, signal } from './signal.ts';

export type Change = 'added' | 'modified' | 'removed';

/** Kinds of file that rules know by their path. One path may be of several; `code` is only what is of no other kind. */
const KINDS_OF_PATH = {
  secret:
    /(^|\/)(\.env(\.(?!example|sample|template|dist)[\w.-]+)?|\.netrc|\.npmrc|\.pypirc|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.\w+)?|secrets?\.(ya?ml|json|toml|env|txt)|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx))$/i,
  ci: /(^|\/)(\.github\/(workflows|actions)\/|\.gitlab-ci|\.circleci\/|\.buildkite\/|\.ci\/|Jenkinsfile$|azure-pipelines|\.travis\.yml$|\.drone\.yml$|bitbucket-pipelines)/i,
  infra:
    /(^|\/)((Dockerfile|Containerfile)(\.[\w-]+)?$|docker-compose|compose\.ya?ml$|helm\/|charts?\/|k8s\/|kubernetes\/|manifests\/|deploy(ment)?\/|terraform\/|ansible\/|infra(structure)?\/|kustomization\.ya?ml$|[^/]+\.tf(vars)?$)/i,
  lock: /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|go\.sum|gradle\.lockfile|flake\.lock)$/,
  manifest:
    /(^|\/)(package\.json|Cargo\.toml|pyproject\.toml|setup\.(py|cfg)|requirements[\w.-]*\.txt|Pipfile|Gemfile|composer\.json|go\.mod|pom\.xml|build\.gradle(\.kts)?|[^/]+\.csproj|flake\.nix)$/,
  schema:
    /(^|\/)(migrations?\/|db\/migrate\/|schema\.(sql|prisma|graphql|rb|json)$|openapi[\w.-]*\.(ya?ml|json)$|swagger[\w.-]*\.(ya?ml|json)$|[^/]+\.(proto|avsc|graphql|thrift|sql)$|crds?\/)/i,
  access:
    /(^|\/)[^/]*(auth|login|session|password|permission|rbac|acl|oauth|saml|jwt|crypto|token|CODEOWNERS)[^/]*(\/|$)/i,
  test: /(^|\/)(tests?|__tests__|specs?|e2e|testdata)\/|(\.|_|-)(test|spec)\.[a-z]+$|(^|\/)test_[^/]+\.py$|_test\.(go|py|rb|exs)$|Tests?\.(java|kt|cs|swift)$/i,
  docs: /(^|\/)(docs?|documentation)\/|(^|\/)(README|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE|NOTICE|UPGRADING)(\.txt)?$|\.(md|mdx|rst|adoc)$/i,
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

type PathRule = readonly [id: SignalId, severity: Severity, title: string, paths: readonly TouchedPath[]];

export function pathSignals(paths: readonly TouchedPath[]): Signal[] {
  const of = (kind: PathKind) => paths.filter(({ kinds }) => kinds.has(kind));
  const only = (found: readonly TouchedPath[], condition: boolean) => (condition ? found : []);
  const [code, locks, manifests] = [of('code'), of('lock'), of('manifest')];
  const hasTests = of('test').some(({ change }) => change !== 'removed');
  const rules: readonly PathRule[] = [
    ['secret-files', 'high', 'Files that usually hold secrets are among them', of('secret')],
    ['ci-files', 'medium', 'The pipeline itself is changed', of('ci')],
    ['infra-files', 'medium', 'Infrastructure files are changed', of('infra')],
    ['dependency-files', 'low', 'A dependency manifest is changed', manifests],
    ['lock-without-manifest', 'medium', 'A lockfile changed without its manifest', only(locks, manifests.length === 0)],
    ['manifest-without-lock', 'low', 'A manifest changed without a lockfile', only(manifests, locks.length === 0)],
    ['schema-files', 'medium', 'A schema, an interface or a migration is changed', of('schema')],
    ['access-files', 'medium', 'Names of files speak of access or cryptography', of('access').filter(isSource)],
    ['tests-removed', 'medium', 'Tests were removed', of('test').filter(({ change }) => change === 'removed')],
    ['code-without-tests', severityOf(code.length), 'Code changes and no test does', only(code, !hasTests)],
    ['test-files', 'info', 'Tests are changed', of('test')],
    ['docs-files', 'info', 'Documentation is changed', of('docs')],
    ['generated-files', 'low', 'Generated or vendored files are among them', of('generated')],
  ];
  return rules.flatMap(fromRule);
}

function fromRule([id, severity, title, found]: PathRule): Signal[] {
  const paths = found.map(({ path }) => path);
  const detail = `${counted(paths.length, 'file')}: ${listed(paths)}`;
  return paths.length === 0 ? [] : [signal(id, severity, title, detail, paths[0])];
}

/** A page or a test about access decides nothing. */
function isSource({ kinds }: TouchedPath): boolean {
  return !kinds.has('docs') && !kinds.has('test');
}

/** A few files may rest on tests that are there; many hardly do. */
function severityOf(files: number): Severity {
  return files > 3 ? 'medium' : 'low';
}
