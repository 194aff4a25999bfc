import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../../../daemon/config/secret.ts';
import type { SweptHook } from '../../../../daemon/config/sweep.ts';
import { GitHubClient } from '../../../../daemon/github/client.ts';
import { createDeliveries } from '../../../../daemon/github/deliveries.ts';
import type { GitHubOptions } from '../../../../daemon/github/github-options.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import type { HookDelivery } from '../../../../roles/ports/deliveries.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';
import { DeliveryServer } from '../../../support/github-deliveries.ts';
import { scriptedHttp } from '../../../support/scripted-http.ts';
import { waitFor } from '../../../support/wait-for.ts';

const TOKEN = 'ghp_test';
const { log } = manualRuntime();
const signal = new AbortController().signal;
const WEBHOOK = { event: 'issues', payload: { action: 'opened' } };
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

function clientTo(baseUrl: string, options: GitHubOptions = { token: new Secret(TOKEN, 'test') }) {
  return new GitHubClient({ baseUrl, throttle: false, retryBaseMs: 1, ...options }, { log, version: '1' });
}

/** A webhook that points to nobody: every delivery fails. */
async function serverOf(t: TestContext, perPage: number) {
  const server = new DeliveryServer();
  await server.start();
  t.after(() => server.stop());
  server.configure({ url: 'http://127.0.0.1:9', secret: 's', token: TOKEN, perPage });
  return server;
}

const HOOKS: readonly { readonly hook: SweptHook; readonly name: string; readonly app?: true }[] = [
  { hook: { repository: 'acme/app', hook: 77 }, name: 'acme/app#77' },
  { hook: { org: 'acme', hook: 77 }, name: 'acme#77' },
  { hook: { app: true }, name: 'app', app: true },
];

for (const { hook, name, app } of HOOKS) {
  test(`github / deliveries / those of ${name} are listed page by page and made again`, async (t) => {
    const server = await serverOf(t, 2);
    const guids: string[] = [];
    for (let i = 0; i < 5; i++) guids.push(await server.deliver(WEBHOOK, { ago: 3_600_000 - i, answered: 500 + i }));
    const github = app
      ? clientTo(server.url, { app: { id: 1, privateKey: new Secret(privateKey, 'test') } })
      : clientTo(server.url);
    const deliveries = createDeliveries(hook, github);
    assert.equal(deliveries.hook, name);
    const listed: HookDelivery[] = [];
    let cursor: string | undefined;
    do {
      const page = await deliveries.list(cursor, signal);
      listed.push(...page.deliveries);
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.equal(server.asked.length, 3);
    assert.deepEqual(
      listed.map(({ guid, status }) => [guid, status]),
      guids.map((guid, i) => [guid, 500 + i]).toReversed(),
    );
    assert.deepEqual(listed[0], {
      id: '210811060417789957',
      guid: guids[4],
      at: Date.parse(server.tries[4]?.delivered_at ?? ''),
      event: 'issues',
      status: 504,
    });
    await deliveries.redeliver(listed[0]?.id ?? '', signal);
    const repeat = await waitFor('the repeat', () => server.tries[5]);
    assert.deepEqual([repeat.guid, repeat.redelivery, repeat.status_code], [guids[4], true, 0]);
  });
}

test('github / deliveries / an id that GitHub has let go of is not found', async (t) => {
  const server = await serverOf(t, 2);
  const deliveries = createDeliveries({ repository: 'acme/app', hook: 77 }, clientTo(server.url));
  await assert.rejects(deliveries.redeliver('1', signal), (error) => hasCode(error, 'github-not-found'));
});

test('github / deliveries / an answer of another shape is called nonsense, and the fix names the address', async (t) => {
  const { url } = await scriptedHttp(t, () => ({ json: '[{"id": 1}]' }));
  const deliveries = createDeliveries({ repository: 'acme/app', hook: 77 }, clientTo(url));
  await assert.rejects(
    deliveries.list(undefined, signal),
    (error) => hasCode(error, 'github-nonsense') && /baseUrl/.test(error.fix),
  );
});
