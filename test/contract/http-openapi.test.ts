import assert from 'node:assert/strict';
import test from 'node:test';
import * as z from 'zod';
import { aggregatorRoutes } from '../../daemon/http/aggregator-api.ts';
import { generalRoutes } from '../../daemon/http/general-api.ts';
import { operatorRoutes } from '../../daemon/http/operator-api.ts';
import { orchestratorRoutes } from '../../daemon/http/orchestrator-api.ts';
import { generalApi, operatorApi, orchestratorApi } from '../fakes/http-apis.ts';
import { call } from '../support/http.ts';
import { BEARER, serveRoutes } from '../support/http-servers.ts';

const OperationSchema = z.looseObject({
  summary: z.string().min(10),
  parameters: z.array(z.looseObject({ in: z.enum(['path', 'query', 'header']), name: z.string() })).optional(),
  security: z.array(z.looseObject({})).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })).optional() }),
  ),
});

/** The part of OpenAPI 3.1 that a reader of ours relies on. */
const DocumentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.literal('1.2.3'), description: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'delete', 'head']), OperationSchema),
  ),
  components: z.object({ schemas: z.looseObject({ Problem: z.looseObject({}) }), securitySchemes: z.looseObject({}) }),
});

const stats = {
  total_events: 0,
  event_types: {},
  recent_events: [],
  deliveries: { accepted: 0, duplicate: 0, ping: 0, 'not-ours': 0, refused: 0 },
};
const routes = () => [
  aggregatorRoutes({ stats: async () => stats }, ['/webhook/github']),
  orchestratorRoutes(orchestratorApi()),
  generalRoutes(generalApi()),
  operatorRoutes(operatorApi()),
];

async function describedRoutes(url: string) {
  const answer = await call(`${url}/docs/openapi.json`, { headers: BEARER });
  return { document: DocumentSchema.parse(answer.json()), text: answer.text };
}

test('http / openapi / every operation has a summary, its parameters, its answers and the problem', async (t) => {
  const { url } = await serveRoutes(t, { routes: routes() });
  const { document } = await describedRoutes(url);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const named = operation?.parameters?.filter((each) => each.in === 'path').map(({ name }) => name) ?? [];
      assert.deepEqual(named.sort(), inPath.sort(), path);
      assert.deepEqual(operation?.responses.default?.content?.['application/problem+json']?.schema, {
        $ref: '#/components/schemas/Problem',
      });
      assert.ok(Object.keys(operation?.responses ?? {}).length >= 1, path);
    }
  }
});

test('http / openapi / the routes of the source documents are described, and health is the only thing open', async (t) => {
  const { url } = await serveRoutes(t, { routes: routes() });
  const { document } = await describedRoutes(url);
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  for (const route of [
    'get /health',
    'get /ready',
    'get /metrics',
    'get /stats',
    'post /webhook/github',
    'post /distribute',
    'get /status',
    'get /generals/{cluster}/{name}',
    'put /generals/{cluster}/{name}/status',
    'get /distributions',
    'get /events',
    'get /locks',
    'get /sessions',
    'get /approvals',
    'post /process',
    'get /.well-known/agent-card.json',
    'get /v1/explain/{id}',
    'get /v1/usage',
  ]) {
    assert.ok(described.includes(route), route);
  }
  assert.deepEqual(document.paths['/webhook/github']?.post?.security, []);
  const open = Object.entries(document.paths)
    .filter(([, item]) => item.get?.security?.length === 0)
    .map(([path]) => path);
  assert.deepEqual(open.sort(), ['/api/health', '/health', '/livez', '/ready', '/readyz']);
});

test('http / openapi / every reference leads somewhere', async (t) => {
  const { url } = await serveRoutes(t, { routes: routes() });
  const { document, text } = await describedRoutes(url);
  for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(reference in document.components.schemas, reference);
  }
});

test('http / openapi / what a route answers fits the schema that describes it', async (t) => {
  const { url } = await serveRoutes(t, { routes: routes() });
  const { document } = await describedRoutes(url);
  const values: Readonly<Record<string, string>> = { cluster: 'prod-us', name: 'security-general', id: 'github%3A1' };
  const queries: Readonly<Record<string, string>> = {
    '/v1/ping': '?peer=boss',
    '/v1/explain': '?id=github%3A1',
    '/v1/sessions/show': '?id=github%3A1',
  };
  let compared = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    const schema = item.get?.responses['200']?.content?.['application/json']?.schema;
    if (schema === undefined) continue;
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name) + (queries[path] ?? '');
    const answer = await call(url + filled, { headers: BEARER });
    const fits = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(answer.json());
    assert.ok(fits.success, `${filled}: ${fits.error?.message} ${answer.text}`);
    compared += 1;
  }
  assert.ok(compared >= 15, `only ${compared} routes were compared`);
});
