import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EffectKeySchema } from '../../../../protocols/effects.ts';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { ManifestSchema } from '../../../../protocols/manifest.ts';
import { withMarker } from '../../../../protocols/marker.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { EFFECT_CLASSES, type EffectKind } from '../../../../roles/ports/effects.ts';
import type { ForgeCheck, ForgePullRequest } from '../../../../roles/ports/forge.ts';
import { codeGenerationRecord } from '../../../fakes/agent-records.ts';
import { OutsideWorld } from '../../../fakes/effect-world.ts';
import { meshEvent, pullRequestEvent } from '../../../fakes/events.ts';
import { bootGeneral, type Death, OWNER, offerOf, storyOn, until } from '../../../fakes/general-node.ts';
import { type ForgeContent, MemoryForge } from '../../../fakes/memory-forge.ts';

const NAME = 'security-general';
const MANIFEST = ManifestSchema.parse({
  name: NAME,
  title: 'Deployment',
  specialisations: ['release'],
  looksAt: ['all'],
  output: 'release-note',
});
const SHA = 'd'.repeat(40);

const MERGED: ForgePullRequest = {
  ...{ repository: 'acme/app', number: 7, title: 'fix: totals', body: '', state: 'closed', draft: false, merged: true },
  ...{ author: 'octocat', association: 'MEMBER', labels: [], url: 'https://github.com/acme/app/pull/7', mergeSha: SHA },
  base: { ref: 'main', sha: 'a'.repeat(40) },
  head: { ref: 'totals', sha: 'b'.repeat(40), repository: 'acme/app' },
};

function deployed(state: string, over: Partial<MeshEvent> = {}, sha = SHA): MeshEvent {
  return meshEvent({
    ...{ id: 'github:00000000-0000-4000-8000-00000000000d', kind: 'deployment_status', actortype: 'bot' },
    ...{ type: 'com.github.deployment_status.created', subject: 'acme/app@main', authorassociation: 'UNKNOWN' },
    data: { deployment: { environment: 'production', state, ref: 'main', sha, url: 'https://app.example/' } },
    ...over,
  });
}

const GOOD = deployed(
  'success',
  {
    id: 'github:00000000-0000-4000-8000-00000000000c' as MeshEvent['id'],
    time: '2026-01-01T03:04:05Z',
  },
  'c'.repeat(40),
);

interface Given {
  readonly event: MeshEvent;
  readonly forge?: ForgeContent;
  readonly earlier?: readonly (MeshEvent | MeshRecord)[];
  readonly death?: Death;
  readonly disk?: Awaited<ReturnType<typeof bootGeneral>>['disk'];
  readonly world?: OutsideWorld;
}

async function boot({ event, forge, earlier = [], death, disk, world = new OutsideWorld() }: Given) {
  const kinds = Object.keys(EFFECT_CLASSES) as EffectKind[];
  const adapters = Object.fromEntries(
    kinds.map((kind) => [kind, EFFECT_CLASSES[kind] === 'exact' ? world.exact() : world.adapter()]),
  );
  const node = await bootGeneral({
    ...{ adapters, forge: new MemoryForge(forge), manifests: new Map([[NAME, MANIFEST]]) },
    ...(death && { death }),
    ...(disk && { disk }),
  });
  for (const each of earlier) {
    await node.replica.append('specversion' in each ? { v: 1, at: 0, type: 'event', event: each } : each);
  }
  await node.general.start();
  void node.general.offer(OWNER, offerOf({ event, eventId: event.id, subject: event.subject }));
  return { ...node, world };
}

async function seen(given: Given) {
  const node = await boot(given);
  await until('it is done', async () => (await storyOn(node.disk)).includes('done'));
  return node.world.items.map(({ target, body }) => ({ target: JSON.parse(target), body }));
}

const noted = (items: Awaited<ReturnType<typeof seen>>) => items.map(({ body }) => String(body));

test('general / release note / a merge is told by what was merged', async () => {
  const event = pullRequestEvent({ state: 'closed', merged: true }, { kind: 'pr_merged' });
  const [note] = noted(await seen({ event, forge: { pullRequest: { ...MERGED, title: 'feat: pages' } } }));
  assert.match(note ?? '', /^### Deployment\n\n### Features\n- pages \(#7, `octocat`\)\n\n<sub>/);
});

test('general / release note / a change that was closed without being merged is not told', async () => {
  const event = pullRequestEvent({ state: 'closed', body: '' }, { kind: 'pr_closed' });
  assert.deepEqual(await seen({ event }), []);
});

test('general / release note / where a deployment is, on the changes that it brought out', async () => {
  const items = await seen({ event: deployed('success'), forge: { pulls: [MERGED] } });
  assert.deepEqual(
    items.map(({ target }) => target.number),
    [7],
  );
  assert.match(
    noted(items)[0] ?? '',
    /\*\*Deployed `ddddddd` to `production`\.\*\* It is at <https:\/\/app\.example\/>/,
  );
});

test('general / release note / of a deployment under way nothing is said', async () => {
  assert.deepEqual(await seen({ event: deployed('in_progress'), forge: { pulls: [MERGED] } }), []);
});

test('general / release note / what breaks a production that was well is offered to be taken back', async () => {
  const items = await seen({ event: deployed('failure'), forge: { pulls: [MERGED] }, earlier: [GOOD] });
  assert.deepEqual(
    items.map(({ target }) => target.branch ?? target.head ?? target.number),
    [7, 'revert/7', 'revert/7'],
  );
  assert.match(noted(items)[0] ?? '', /Deployment of `ddddddd` to `production` failed/);
});

const NO_WAY_BACK: readonly { id: string; given: Given }[] = [
  { id: 'nobody knows that it was well before', given: { event: deployed('failure') } },
  {
    id: 'it was broken before',
    given: { event: deployed('failure'), earlier: [{ ...GOOD, data: deployed('failure', {}, 'c'.repeat(40)).data }] },
  },
  {
    id: 'it is only staging',
    given: {
      event: deployed('failure', {
        data: { deployment: { environment: 'staging', state: 'failure', ref: 'main', sha: SHA } },
      }),
      earlier: [GOOD],
    },
  },
];
for (const { id, given } of NO_WAY_BACK) {
  test(`general / release note / nothing is taken back where ${id}`, async () => {
    const items = await seen({ ...given, forge: { pulls: [MERGED] } });
    assert.deepEqual(
      items.map(({ target }) => target.number),
      [7],
    );
  });
}

const SUITE = meshEvent({
  ...{ kind: 'check_completed', type: 'com.github.check_suite.completed', authorassociation: 'UNKNOWN' },
  data: { check: { name: 'suite', status: 'completed', conclusion: 'failure', headSha: SHA, url: '' } },
});
const OPEN: ForgePullRequest = { ...MERGED, state: 'open', merged: false, head: { ref: 'totals', sha: SHA } };
const FAILED = { name: 'test', status: 'completed', conclusion: 'failure' } as const;

test('general / release note / what came of checks is told once nothing runs any more', async () => {
  const [note] = noted(await seen({ event: SUITE, forge: { pulls: [OPEN], checks: [FAILED] } }));
  assert.match(note ?? '', /\*\*Checks of `ddddddd`: 1 failed\.\*\*/);
  const running = { name: 'e2e', status: 'in_progress' } as const;
  assert.deepEqual(await seen({ event: SUITE, forge: { pulls: [OPEN], checks: [FAILED, running] } }), []);
  const single = { ...SUITE, type: 'com.github.check_run.completed' };
  assert.deepEqual(await seen({ event: single, forge: { pulls: [OPEN], checks: [FAILED] } }), []);
});

const KEYS = [
  EffectKeySchema.parse('mm-00000000000000000001'),
  EffectKeySchema.parse('mm-00000000000000000002'),
] as const;

test('general / release note / checks of the mesh are nobody else’s, and not told again', async () => {
  const own: readonly ForgeCheck[] = [
    { name: 'qa', status: 'completed', conclusion: 'neutral', summary: withMarker('x', { hops: 1, key: KEYS[0] }) },
    { name: 'review', status: 'completed', conclusion: 'success', url: `https://github.com/acme/app#${KEYS[1]}` },
  ];
  assert.deepEqual(await seen({ event: SUITE, forge: { pulls: [OPEN], checks: own } }), []);
  const [note] = noted(await seen({ event: SUITE, forge: { pulls: [OPEN], checks: [...own, FAILED] } }));
  assert.match(note ?? '', /\*\*Checks of `ddddddd`: 1 failed\.\*\*/);
});

const PASSED: ForgeCheck = { ...FAILED, conclusion: 'success' };
const DRAFT: ForgePullRequest = { ...OPEN, draft: true };
const MADE = { prNumber: 7, conversationId: 'acme/app#3' };
const DRAFTS: readonly { id: string; pull?: ForgePullRequest; check?: ForgeCheck; made?: object; isReady?: true }[] = [
  { id: 'of a developer, with checks that passed', made: MADE, isReady: true },
  { id: 'of a developer, with a check that failed', made: MADE, check: FAILED },
  { id: 'of a person', made: {} },
  { id: 'of a developer in another repository', made: { ...MADE, conversationId: 'acme/apps#3' } },
  { id: 'that is none any more', made: MADE, pull: OPEN },
];
for (const { id, pull = DRAFT, check = PASSED, made = {}, isReady = false } of DRAFTS) {
  test(`general / release note / a draft ${id} ${isReady ? 'becomes' : 'does not become'} ready`, async () => {
    const earlier = [codeGenerationRecord(1, made)];
    const items = await seen({ event: SUITE, forge: { pulls: [pull], checks: [check] }, earlier });
    assert.equal(items.filter(({ body }) => typeof body === 'object').length, isReady ? 1 : 0);
    assert.equal(items.filter(({ body }) => typeof body === 'string').length, 1, 'and what came of the checks is told');
  });
}

const SAID = '### Deployment\n\n**Checks of `ddddddd`: 1 failed.**\n\n- `test` failure\n\n<sub>x</sub>';
const OLD = `${SAID.replace('1 failed', '2 passed').replace('- `test` failure\n\n', '')}`;
const CHECKS_SAID: readonly { id: string; said: readonly string[]; times: number }[] = [
  { id: 'the newest word says the same', said: [OLD, SAID], times: 0 },
  { id: 'the newest word says something else', said: [SAID, OLD], times: 1 },
];
for (const { id, said, times } of CHECKS_SAID) {
  test(`general / release note / what came of checks is told ${times} times where ${id}`, async () => {
    const comments = said.map((text, i) => {
      const body = withMarker(text, { hops: 1, key: KEYS[i === 0 ? 0 : 1] });
      return { ...{ id: `${i}`, author: 'mesh', association: 'NONE', isBot: true, createdAt: '' }, body };
    });
    const forge = { pulls: [OPEN], checks: [FAILED], comments };
    assert.equal((await seen({ event: SUITE, forge })).length, times);
    const people = comments.map((each) => ({ ...each, body: each.body.replace(/\n\n<!--.*/, '') }));
    assert.equal((await seen({ event: SUITE, forge: { ...forge, comments: people } })).length, 1, 'a person is not us');
  });
}

const WHOLE = 'accepted1 session1 intended effect intended effect intended effect done1 session1';

for (let record = 2; record <= WHOLE.split(' ').length; record++) {
  test(`general / release note / killed before record ${record} of a way back: one notice, one branch, one pull request`, async () => {
    const world = new OutsideWorld();
    const given = { event: deployed('failure'), forge: { pulls: [MERGED] }, world };
    // The event before it is a record as well.
    const first = await boot({ ...given, earlier: [GOOD], death: { when: 'before', record } });
    await until('it dies', () => !first.isAlive());
    const second = await boot({ ...given, disk: first.kill() });
    await until('it is done', async () => (await storyOn(second.disk)).includes('done'));
    assert.equal(world.items.length, 3);
  });
}
