import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Secret } from '../../daemon/config/secret.ts';
import type { Routes } from '../../daemon/http/app.ts';
import { allowAll, bearerAuth } from '../../daemon/http/auth.ts';
import type { Address } from '../../daemon/http/listen.ts';
import { type Check, opsRoutes } from '../../daemon/http/ops.ts';
import { HttpServer } from '../../daemon/http/server.ts';
import { Metrics } from '../../daemon/metrics.ts';
import { loggedRuntime } from './http.ts';

export const TOKEN = 'a-token-for-tests';
export const BEARER = { authorization: `Bearer ${TOKEN}` };

export interface ServeOptions {
  readonly routes?: readonly Routes[];
  readonly openLoopbackReads?: boolean;
  readonly checks?: () => readonly Check[];
  readonly address?: Address;
}

/** A role's server as the daemon builds it, on a free port or on a socket. */
export async function serveRoutes(t: TestContext, options: ServeOptions = {}) {
  const { runtime, lines } = loggedRuntime();
  const meter = new Metrics();
  const ops = { version: '1.2.3', uptimeMs: () => 1_499, checks: options.checks ?? (() => []), metrics: meter };
  const address = options.address ?? { host: '127.0.0.1', port: 0 };
  const token = new Secret(TOKEN, 'test');
  const server = new HttpServer(
    { surface: 'test', address, version: '1.2.3', limits: { graceMs: 200 } },
    {
      routes: [opsRoutes('orchestrator', ops), ...(options.routes ?? [])],
      authenticate:
        'path' in address ? allowAll : bearerAuth({ token, openLoopbackReads: options.openLoopbackReads ?? false }),
      log: runtime.log,
      meter,
    },
  );
  await server.start();
  t.after(() => server.stop());
  return { server, url: server.url ?? assert.fail('no address'), meter, lines };
}
