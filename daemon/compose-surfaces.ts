import type { RoleName } from '../protocols/names.ts';
import type { Aggregator } from '../roles/aggregator/aggregator.ts';
import { Queries } from '../roles/operator/queries.ts';
import type { Source } from '../roles/ports/ingest.ts';
import { composeGeneralApi, composeOrchestratorApi } from './compose-apis.ts';
import { composeBackup } from './compose-backup.ts';
import type { Core } from './compose-core.ts';
import { readGauges } from './compose-gauges.ts';
import { composeOperator } from './compose-operator.ts';
import type { Roles } from './compose-roles.ts';
import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { aggregatorRoutes } from './http/aggregator-api.ts';
import type { Routes } from './http/app.ts';
import { type Authenticate, allowAll, bearerAuth } from './http/auth.ts';
import { backupRoutes } from './http/backup-api.ts';
import { generalRoutes } from './http/general-api.ts';
import { ListenerPool, type ListenerPoolOptions } from './http/listener-pool.ts';
import { operatorRoutes } from './http/operator-api.ts';
import { type Ops, opsRoutes } from './http/ops.ts';
import { orchestratorRoutes } from './http/orchestrator-api.ts';
import { HttpServer } from './http/server.ts';
import { loadToken } from './http/token.ts';
import type { Step } from './lifecycle.ts';

/** Where GitHub may post as well: the path of the fourth source document. */
const WEBHOOK_ALIAS = '/api/webhooks';

/** The doors to the outside: one HTTP server for each role, and the operator's socket. Started last, closed first. */
export async function composeSurfaces(loaded: LoadedConfig, core: Core, roles: Roles): Promise<Step[]> {
  const { config } = loaded;
  const { card, replica, store, roster, runtime } = core;
  const parts = { journal: replica, tables: store.tables, roster, runtime };
  const orchestrator = roles.orchestrator && { orchestrator: roles.orchestrator };
  const queries = new Queries({ self: card.peer }, { ...parts, ...orchestrator });
  readGauges(core, roles, queries);
  const token = await loadToken(config.http.auth.tokenFile);
  const authenticate = bearerAuth({ token, openLoopbackReads: config.http.auth.openLoopbackReads });
  const servers = new Map<RoleName, Surface>();
  const ops = opsOf(core);
  const operator = operatorRoutes(composeOperator({ loaded, core, roles, queries, servers }));
  const serve = (role: RoleName, routes: Routes) => {
    const all = [opsRoutes(role, ops), operator, routes];
    servers.set(role, roleServer(role, { config, core, authenticate, routes: all }));
  };
  if (roles.aggregator) {
    const { aggregator } = roles;
    const routes = [
      opsRoutes('aggregator', ops),
      operator,
      aggregatorRoutes(aggregator, Object.keys(webhookPaths(config))),
    ];
    servers.set('aggregator', aggregatorPort({ config, core, authenticate, routes }, aggregator));
  }
  if (roles.orchestrator) {
    const { orchestrator } = roles;
    serve('orchestrator', orchestratorRoutes(composeOrchestratorApi(core, { config, orchestrator, queries })));
  }
  if (roles.general) serve('general', generalRoutes(composeGeneralApi(core, roles.general)));
  return [...servers.values(), operatorServer(config, core, operator)].map(serverStep);
}

interface RoleServerParts {
  readonly config: Config;
  readonly core: Core;
  readonly authenticate: Authenticate;
  readonly routes: readonly Routes[];
  /** For a server behind listeners. */
  readonly key?: string;
}

function roleServer(role: RoleName, { config, core, authenticate, routes, key }: RoleServerParts): HttpServer {
  const { host } = config.http;
  const address = key === undefined ? { host, port: config.http[role].port } : { host: '127.0.0.1', port: 0 };
  return new HttpServer(
    { surface: role, address, version: core.card.version, ...(key !== undefined && { key }) },
    { routes, authenticate, log: core.runtime.log, meter: core.metrics },
  );
}

function operatorServer(config: Config, core: Core, routes: Routes): HttpServer {
  const { card, runtime, metrics } = core;
  return new HttpServer(
    { surface: 'operator socket', address: { path: config.node.socket }, version: card.version },
    {
      routes: [routes, backupRoutes(composeBackup(config, core))],
      authenticate: allowAll,
      log: runtime.log,
      meter: metrics,
    },
  );
}

/** A route without a secret would take anything from anybody: it is not served (T8). */
function webhookPaths({ ingest: { github } }: Config): Record<string, Source> {
  return github.secrets.length === 0 ? {} : { [github.path]: 'github', [WEBHOOK_ALIAS]: 'github' };
}

/** Threads that take webhooks in, and the routes behind them; only the routes where no webhook is served. */
function aggregatorPort(parts: RoleServerParts, aggregator: Aggregator): Surface {
  const { config, core } = parts;
  const paths = webhookPaths(config);
  if (Object.keys(paths).length === 0) {
    core.runtime.log.warn({ fix: 'set ingest.github.secrets' }, 'no webhook is served: no secret is configured');
    return roleServer('aggregator', parts);
  }
  const { runtime, metrics } = core;
  const pool = new ListenerPool(listenerOptions(config, paths), {
    ingest: aggregator,
    routes: (key) => roleServer('aggregator', { ...parts, key }),
    runtime,
    meter: metrics,
  });
  metrics.gauge('mindmesh_ingest_buffered_bytes', () => pool.bufferedBytes);
  return pool;
}

/** A second one shares the port, takes 28 MB more, and so far has been slower: docs/performance.md. */
const LISTENER_THREADS = 1;
const BODY_BUDGET_BYTES = 256 * 1024 * 1024;
const CONNECTIONS = 1_000;

function listenerOptions({ http, ingest, node }: Config, paths: Record<string, Source>): ListenerPoolOptions {
  const threads = LISTENER_THREADS;
  return {
    entry: new URL('./compose-listener.ts', import.meta.url),
    address: { host: http.host, port: http.aggregator.port },
    threads,
    settings: {
      surface: 'aggregator',
      paths,
      body: { maxBytes: ingest.maxBodyBytes, deadlineMs: ingest.readDeadline },
      rate: ingest.rate,
      delivery: { secrets: ingest.github.secrets.map((secret) => secret.reveal()), org: node.org },
      budgetBytes: BODY_BUDGET_BYTES / threads,
      connections: Math.ceil(CONNECTIONS / threads),
    },
  };
}

function opsOf({ card, runtime, metrics, logSync, isReady }: Core): Ops {
  const startedAt = runtime.monotonic();
  return {
    version: card.version,
    uptimeMs: () => runtime.monotonic() - startedAt,
    checks: () => [
      { name: 'log', ok: isReady(), ...(!isReady() && { detail: `${logSync.stats().behind} logs are behind` }) },
    ],
    metrics,
  };
}

/** What answers on a port. */
export interface Surface {
  /** Undefined before the start. */
  readonly url: string | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function serverStep(server: Surface): Step {
  return { name: 'http', start: () => server.start(), stop: () => server.stop() };
}
