import assert from 'node:assert/strict';
import test from 'node:test';
import { type GeneralView, GeneralViewSchema } from '../../../../protocols/operator.ts';
import type { Presence } from '../../../../protocols/presence.ts';
import { generalViews } from '../../../../roles/operator/general-views.ts';
import type { Member } from '../../../../roles/ports/roster.ts';
import { memberOf } from '../../../fakes/members.ts';

const NAME = 'security-general';

function replica(
  node: string,
  running: number,
  fields: Partial<Presence> & Partial<Pick<Member, 'live'>> = {},
): Member {
  const { live = true, ...presence } = fields;
  const load = [{ name: NAME, running, queued: 1, capacity: 10, failureRate: 0 }];
  return memberOf(node, { offers: [NAME] }, { live, presence: { load, ...presence } });
}

interface Case {
  readonly id: string;
  readonly members: readonly Member[];
  readonly said?: GeneralView['status'];
  readonly expected: Partial<GeneralView>;
}

const cases: readonly Case[] = [
  { id: 'one idle node', members: [replica('a', 0)], expected: { status: 'active', current_load: 1, max_load: 10 } },
  { id: 'one full node', members: [replica('a', 9)], expected: { status: 'busy', current_load: 10, max_load: 10 } },
  {
    id: 'one full and one free node',
    members: [replica('a', 9), replica('b', 2)],
    expected: { status: 'active', current_load: 13, max_load: 20 },
  },
  {
    id: 'a node that is away',
    members: [replica('a', 0, { live: false })],
    expected: { status: 'inactive', max_load: 10 },
  },
  { id: 'a node that leaves', members: [replica('a', 0, { draining: true })], expected: { status: 'inactive' } },
  { id: 'a node that is not ready', members: [replica('a', 0, { ready: false })], expected: { status: 'inactive' } },
  {
    id: 'a full node and one that leaves',
    members: [replica('a', 9), replica('b', 0, { draining: true })],
    expected: { status: 'busy', current_load: 10, max_load: 10 },
  },
  { id: 'what a person set inactive', members: [replica('a', 0)], said: 'inactive', expected: { status: 'inactive' } },
  { id: 'what a person set busy', members: [replica('a', 0)], said: 'busy', expected: { status: 'busy' } },
  {
    id: 'a full one that a person set active',
    members: [replica('a', 9)],
    said: 'active',
    expected: { status: 'busy' },
  },
];

for (const { id, members, said, expected } of cases) {
  test(`operator / general views / ${id} is ${expected.status}`, () => {
    const views = generalViews(members, () => said);
    assert.equal(views.length, 1);
    assert.partialDeepStrictEqual(views[0], expected);
    assert.deepEqual(GeneralViewSchema.parse(views[0]), views[0]);
  });
}

test('operator / general views / one row for each cluster and name, with its nodes and all they are good at', () => {
  const offer = (specialisations: string[]) => ({ name: NAME, specialisations, concurrency: 1, capacity: 4 });
  const members = [
    memberOf('dev1', { cluster: 'dev', generals: [offer(['security'])] }),
    memberOf('us1', { cluster: 'prod-us', generals: [offer(['security', 'compliance'])] }),
    memberOf('us2', { cluster: 'prod-us', generals: [offer(['vulnerabilities'])] }),
    memberOf('boss', { cluster: 'prod-us' }),
  ];
  const views = generalViews(members, () => undefined);
  assert.deepEqual(
    views.map(({ cluster, name, replicas }) => [cluster, name, replicas.map(({ node }) => node)]),
    [
      ['dev', NAME, ['dev1']],
      ['prod-us', NAME, ['us1', 'us2']],
    ],
  );
  assert.deepEqual(views[1]?.specialization, ['security', 'compliance', 'vulnerabilities']);
  assert.equal(views[1]?.namespace, 'agents');
  assert.equal(views[1]?.endpoint, 'http://security-general.agents.svc:8080');
});

test('operator / general views / a person is asked about each general of each cluster by its name', () => {
  const asked: string[] = [];
  generalViews([replica('a', 0)], (cluster, general) => {
    asked.push(`${cluster}/${general}`);
    return undefined;
  });
  assert.deepEqual(asked, [`prod-us/${NAME}`]);
});
