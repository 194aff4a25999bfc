import * as z from 'zod';
import type { App, Routes } from './app.ts';
import { renderDocs } from './docs-page.ts';

/** One thing that must be so before a node may be sent work. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What is missing, for people. */
  readonly detail?: string;
}

/** What the routes that every role has need to know. */
export interface Ops {
  /** Of the build. */
  readonly version: string;
  /** Monotonic: milliseconds since the start. */
  uptimeMs(): number;
  /** Ready when all of them are ok. */
  checks(): readonly Check[];
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

const HealthSchema = z.object({
  status: z.literal('ok'),
  service: z.literal('mindmesh'),
  role: z.string(),
  version: z.string(),
  uptime_seconds: z.number(),
});

const CheckSchema = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() });
const ReadySchema = z.object({ ready: z.boolean(), checks: z.array(CheckSchema) });

const open = { open: true };
const TEXT = 'text/plain; charset=utf-8';

/** Health, readiness, metrics and the description of the routes: the same on every role's port. */
export function opsRoutes(role: string, ops: Ops): Routes {
  return (app) => {
    healthRoutes(app, role, ops);
    readyRoutes(app, ops);
    app.get('/metrics', { schema: { summary: 'Metrics as OpenMetrics text' } }, async (_, reply) =>
      reply.type(ops.metrics.contentType).send(await ops.metrics.text()),
    );
    docsRoutes(app);
  };
}

function healthRoutes(app: App, role: string, ops: Ops): void {
  for (const url of ['/health', '/api/health']) {
    const schema = { summary: 'Is the process alive?', response: { 200: HealthSchema } };
    app.get(url, { config: open, schema }, () => ({
      status: 'ok' as const,
      service: 'mindmesh' as const,
      role,
      version: ops.version,
      uptime_seconds: Math.round(ops.uptimeMs() / 1_000),
    }));
  }
  app.get('/livez', { config: open, schema: { summary: 'Is the process alive? (text)' } }, async (_, reply) => {
    reply.type(TEXT);
    return 'ok\n';
  });
}

function readyRoutes(app: App, ops: Ops): void {
  const schema = { summary: 'May it be sent work?', response: { 200: ReadySchema, 503: ReadySchema } };
  app.get('/ready', { config: open, schema }, async (_, reply) => {
    const checks = [...ops.checks()];
    const ready = isReady(checks);
    reply.code(ready ? 200 : 503);
    return { ready, checks };
  });
  const text = {
    summary: 'May it be sent work? (text, one line a check with ?verbose)',
    querystring: z.object({ verbose: z.string().optional() }),
  };
  app.get('/readyz', { config: open, schema: text }, async (request, reply) => {
    const checks = ops.checks();
    const lines = request.query.verbose === undefined ? [] : checks.map(lineOf);
    const ready = isReady(checks);
    reply.code(ready ? 200 : 503).type(TEXT);
    return [...lines, ready ? 'ok' : 'not ready', ''].join('\n');
  });
}

function docsRoutes(app: App): void {
  app.get('/docs/openapi.json', { schema: { summary: 'These routes as OpenAPI 3.1' } }, async (_, reply) => {
    reply.type('application/json');
    return JSON.stringify(app.swagger());
  });
  const page = { summary: 'These routes, as a page or as OpenAPI 3.1' };
  app.get('/docs', { schema: page }, async (request, reply) => {
    const wantsPage = request.headers.accept?.includes('text/html') === true;
    reply.type(wantsPage ? 'text/html; charset=utf-8' : 'application/json');
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return wantsPage ? renderDocs(app.swagger()) : JSON.stringify(app.swagger());
  });
}

function isReady(checks: readonly Check[]): boolean {
  return checks.every(({ ok }) => ok);
}

/** As Kubernetes writes it. */
function lineOf({ name, ok, detail }: Check): string {
  return `${ok ? '[+]' : '[-]'}${name} ${ok ? 'ok' : 'failed'}${detail === undefined ? '' : `: ${detail}`}`;
}
