/** Who may import whom. The most specific room a file lies in is the first that matches, so order counts. */
export interface Room {
  /** Beginning of a path; `*` stands for one name. */
  readonly path: string;
  /** Beginnings of the paths its files may import; `OWN` is the room itself, with `*` filled in. */
  readonly imports: readonly string[];
  /** Taken back from `imports`. */
  readonly except?: readonly string[];
  /** Pure rooms get clock, chance and the outside through roles/ports/, and only `PURE_BUILTINS`. */
  readonly pure: boolean;
}

export interface LayerRules {
  readonly rooms: readonly Room[];
  readonly pureBuiltins: readonly string[];
  /** Package (or `@scope/*`) to the paths that may import it. */
  readonly homes: Readonly<Record<string, readonly string[]>>;
  /** Files that may import what is only known at run time. */
  readonly computed: readonly string[];
  /** Rooms whose files may import any package that package.json names. */
  readonly anyPackage: readonly string[];
}

export const OWN = '.';

const RULES_AND_PORTS = ['protocols/', 'roles/ports/', 'roles/policy/'];
const ADAPTER = [OWN, 'protocols/', 'roles/ports/', 'daemon/config/', 'package.json'];
const COMPOSITION = {
  imports: ['protocols/', 'roles/', 'daemon/'],
  except: ['daemon/cli/', 'daemon/dev/', 'daemon/main.ts'],
};
const COMMAND = ['daemon/cli/', 'protocols/', 'daemon/config/', 'package.json'];
/** Commands that start nodes: one in this process (`run`), several in their own (`dev`). */
const STARTER = [...COMMAND, 'daemon/compose', 'daemon/dev/', 'daemon/lifecycle.ts'];
/** Composes processes instead of parts: it starts nodes and speaks to them as the command line does. */
const DEV = [
  OWN,
  'protocols/',
  'daemon/config/',
  'daemon/lifecycle.ts',
  'daemon/cli/client.ts',
  'daemon/cli/dev-pointer.ts',
  'daemon/mesh/identity.ts',
];

export const LAYER_RULES: LayerRules = {
  rooms: [
    { path: 'protocols/', imports: [OWN], pure: true },
    { path: 'roles/role.ts', imports: ['protocols/', 'roles/ports/'], pure: true },
    { path: 'roles/ports/', imports: [OWN, 'protocols/'], pure: true },
    { path: 'roles/policy/', imports: [OWN, 'protocols/'], pure: true },
    { path: 'roles/replica/', imports: [OWN, ...RULES_AND_PORTS], pure: true },
    { path: 'roles/*/', imports: [OWN, ...RULES_AND_PORTS, 'roles/replica/', 'roles/role.ts'], pure: true },
    { path: 'daemon/config/', imports: [OWN, 'protocols/'], pure: false },
    { path: 'daemon/compose', ...COMPOSITION, pure: false },
    { path: 'daemon/lifecycle.ts', ...COMPOSITION, pure: false },
    { path: 'daemon/dev/', imports: DEV, pure: false },
    { path: 'daemon/cli/run', imports: STARTER, pure: false },
    { path: 'daemon/cli/dev', imports: STARTER, pure: false },
    { path: 'daemon/cli/backup', imports: [...COMMAND, 'daemon/backup/'], pure: false },
    // These work on a node's files while it does not run.
    { path: 'daemon/cli/keygen', imports: [...COMMAND, 'daemon/mesh/identity.ts'], pure: false },
    { path: 'daemon/cli/check', imports: [...COMMAND, 'daemon/compose-check.ts'], pure: false },
    { path: 'daemon/cli/restore', imports: [...COMMAND, 'daemon/compose-restore.ts'], pure: false },
    // These work on folders of generals, without a node.
    { path: 'daemon/cli/generals-new', imports: [...COMMAND, 'daemon/compose-templates.ts'], pure: false },
    { path: 'daemon/cli/generals-eval', imports: [...COMMAND, 'daemon/compose-evaluation.ts'], pure: false },
    { path: 'daemon/cli/', imports: COMMAND, pure: false },
    { path: 'daemon/main.ts', imports: COMMAND, pure: false },
    { path: 'daemon/*/', imports: ADAPTER, pure: false },
    { path: 'daemon/', imports: ADAPTER.filter((path) => path !== OWN), pure: false },
    { path: 'bench/', imports: [OWN, 'protocols/', 'roles/', 'daemon/', 'scripts/', 'test/'], pure: false },
    { path: 'scripts/', imports: [OWN, 'protocols/', 'roles/', 'daemon/', 'package.json'], pure: false },
  ],
  pureBuiltins: ['node:buffer', 'node:crypto'],
  homes: {
    '@fastify/*': ['daemon/http/'],
    '@libp2p/*': ['daemon/mesh/'],
    '@multiformats/*': ['daemon/mesh/'],
    '@octokit/*': ['daemon/github/'],
    '@vscode/tree-sitter-wasm': ['daemon/retrieval/'],
    cockatiel: ['daemon/mesh/', 'daemon/model/'],
    fastify: ['daemon/http/'],
    'fastify-type-provider-zod': ['daemon/http/'],
    handlebars: ['daemon/templates.ts'],
    level: ['daemon/store/'],
    libp2p: ['daemon/mesh/'],
    minisearch: ['daemon/retrieval/'],
    openai: ['daemon/model/'],
    pino: ['daemon/log.ts'],
    'prom-client': ['daemon/metrics.ts'],
    ulid: ['daemon/runtime.ts'],
    'web-tree-sitter': ['daemon/retrieval/'],
    yaml: ['daemon/config/', 'daemon/cli/'],
    yargs: ['daemon/cli/'],
    zod: ['protocols/', 'roles/', 'daemon/'],
  },
  // The modules of an org's own generals.
  computed: ['daemon/own-module.ts'],
  anyPackage: ['bench/', 'scripts/'],
};
