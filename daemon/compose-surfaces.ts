import type { RoleName } from '../protocols/names.ts';
import type { Aggregator } from '../roles/aggregator/aggregator.ts';
import { DELIVERY_HEADERS } from '../roles/aggregator/delivery.ts';
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
import { operatorRoutes } from './http/operator-api.ts';
import { type Ops, opsRoutes } from './http/ops.ts';
import { orchestratorRoutes } from './http/orchestrator-api.ts';
import { type Front, HttpServer } from './http/server.ts';
import { loadToken } from './http/token.ts';
import { WebhookFront } from './http/webhook-front.ts';
import type { Step } from './lifecycle.ts';
import { ReaderPool } from './readers/reader-pool.ts';

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
  const servers = new Map<RoleName, HttpServer>();
  const ops = opsOf(core);
  const operator = operatorRoutes(composeOperator({ loaded, core, roles, queries, servers }));
  const serve = (role: RoleName, routes: Routes, front?: Front) => {
    const all = [opsRoutes(role, ops), operator, routes];
    servers.set(role, roleServer(role, { config, core, authenticate, routes: all, ...(front && { front }) }));
  };
  // Without a secret no webhook is served, and nobody has anything to read.
  const readers = roles.aggregator && config.ingest.github.secrets.length > 0 ? createReaders(config) : undefined;
  if (roles.aggregator) {
    const { aggregator } = roles;
    const routes = aggregatorRoutes(aggregator, Object.keys(webhookPaths(config)));
    serve('aggregator', routes, readers && webhookFront(config, core, { aggregator, readers }));
  }
  if (roles.orchestrator) {
    const { orchestrator } = roles;
    const { ack } = config.ingest;
    serve('orchestrator', orchestratorRoutes(composeOrchestratorApi(core, { ack, orchestrator, queries })));
  }
  if (roles.general) serve('general', generalRoutes(composeGeneralApi(core, roles.general)));
  const reading = readers ? [{ name: 'readers', stop: () => readers.stop() }] : [];
  return [...reading, ...[...servers.values(), operatorServer(config, core, operator)].map(serverStep)];
}

interface RoleServerParts {
  readonly config: Config;
  readonly core: Core;
  readonly authenticate: Authenticate;
  readonly routes: readonly Routes[];
  readonly front?: Front;
}

function roleServer(role: RoleName, { config, core, authenticate, routes, front }: RoleServerParts): HttpServer {
  const address = { host: config.http.host, port: config.http[role].port };
  return new HttpServer(
    { surface: role, address, version: core.card.version },
    { routes, authenticate, log: core.runtime.log, meter: core.metrics, ...(front && { front }) },
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

function createReaders({ ingest, node }: Config): ReaderPool {
  const secrets = ingest.github.secrets.map((secret) => secret.reveal());
  return new ReaderPool({
    entry: new URL('./compose-reader.ts', import.meta.url),
    delivery: { secrets, org: node.org },
    headers: DELIVERY_HEADERS,
  });
}

interface WebhookFrontParts {
  readonly aggregator: Aggregator;
  readonly readers: ReaderPool;
}

function webhookFront(config: Config, { runtime, metrics }: Core, { aggregator, readers }: WebhookFrontParts): Front {
  const { ingest } = config;
  const front = new WebhookFront(
    {
      paths: webhookPaths(config),
      body: { maxBytes: ingest.maxBodyBytes, deadlineMs: ingest.readDeadline },
      rate: ingest.rate,
    },
    {
      read: (request) => readers.read(request),
      ingest: aggregator,
      runtime,
      meter: metrics,
    },
  );
  metrics.gauge('mindmesh_ingest_buffered_bytes', () => front.bufferedBytes);
  return front.handle;
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

function serverStep(server: HttpServer): Step {
  return { name: 'http', start: () => server.start(), stop: () => server.stop() };
}
