import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { exampleWebhooks, type Webhook } from '../support/github.ts';
import { DeliveryServer } from '../support/github-deliveries.ts';
import { waitFor } from '../support/wait-for.ts';
import { testMesh } from './mesh.ts';

const TOKEN = 'ghp_for_tests';
const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues') as Webhook;
/** Old enough that it cannot be on its way any more. */
const AGO = 10 * 60_000;

/** A body of its own: the same body again would be a repeat. */
function webhookOf(name: string): Webhook {
  return { ...ISSUE, payload: { ...Object(ISSUE.payload), sent_as: name } };
}

describe('an aggregator that was away while GitHub delivered', () => {
  const github = new DeliveryServer();
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    await github.start();
    const made = await testMesh({
      env: { GITHUB_TOKEN: TOKEN },
      overrides: {
        github: { baseUrl: github.url, throttle: false },
        ingest: { github: { sweep: { hooks: [{ repository: 'acme/app', hook: 77 }], every: '1s' } } },
      },
    });
    mesh = made.mesh;
    stop = made.end;
    github.configure({ url: mesh.url('aggregator'), secret: mesh.secret, token: TOKEN, perPage: 7 });
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await stop?.();
    await github.stop();
  });

  const eventIds = async () => (await mesh.client('orchestrator').events({ limit: 500 })).map(({ eventId }) => eventId);
  const triesOf = (guid: string) =>
    github.tries.filter((each) => each.guid === guid).map(({ status_code }) => status_code);

  it('e2e / sweeper / gets everything that was sent meanwhile, and nothing twice', { timeout: 120_000 }, async () => {
    const taken: string[] = [];
    for (let i = 0; i < 5; i++) taken.push(await github.deliver(webhookOf(`taken ${i}`), { ago: AGO }));
    assert.ok(taken.every((guid) => triesOf(guid)[0] === 202));
    const notOurs = await github.deliver({ event: 'star', payload: { action: 'created' } }, { ago: AGO });

    const child = mesh.child('aggregator');
    child?.signal('SIGKILL');
    await child?.exited;
    const lost: string[] = [];
    for (let i = 0; i < 20; i++) lost.push(await github.deliver(webhookOf(`lost ${i}`), { ago: AGO }));
    assert.ok(lost.every((guid) => triesOf(guid)[0] === 0));
    lost.push(await github.deliver(webhookOf('an ingress without a node behind it'), { ago: AGO, answered: 503 }));
    mesh.start('aggregator');

    const expected = [...taken, ...lost].map((guid) => `github:${guid}`).sort();
    await waitFor('every event', async () => (await eventIds()).length >= expected.length, 60_000);
    const looks = () => github.asked.filter((path) => path.startsWith('GET ')).length;
    const before = looks();
    // A look lists one page or several; the last of these ends after all of them were answered.
    await waitFor('more looks', () => looks() > before + 6);
    assert.deepEqual((await eventIds()).toSorted(), expected);
    for (const guid of lost) assert.deepEqual(triesOf(guid).slice(1), [202], 'asked for once, and taken');
    for (const guid of [...taken, notOurs]) assert.equal(triesOf(guid).length, 1, 'not asked for again');
    assert.equal(github.tries.length, taken.length + 1 + 2 * lost.length);
  });

  it('e2e / sweeper / says so when GitHub cannot be asked, and when it can again', { timeout: 60_000 }, async () => {
    const about = async () =>
      (await mesh.status('aggregator')).concerns.filter(({ problem }) => /acme\/app#77/.test(problem));
    assert.deepEqual(await about(), []);
    github.failure = 403;
    const [concern] = await waitFor('the concern', async () => {
      const found = await about();
      return found.length > 0 ? found : undefined;
    });
    assert.match(concern?.problem ?? '', /GitHub does not allow GET \/repos/);
    assert.match(concern?.fix ?? '', /permission/);
    github.failure = undefined;
    await waitFor('it to be well', async () => (await about()).length === 0);
  });
});
