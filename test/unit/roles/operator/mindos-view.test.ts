import assert from 'node:assert/strict';
import test from 'node:test';
import { DistributeResultSchema, DistributionLineSchema, MindosStatusSchema } from '../../../../protocols/mindos.ts';
import { generalViews } from '../../../../roles/operator/general-views.ts';
import { distributeResult, distributionLine, mindosStatus } from '../../../../roles/operator/mindos-view.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { AT, candidateOf, distributionOf, EVENT_ID, planOf } from '../../../fakes/facts.ts';
import { memberOf } from '../../../fakes/members.ts';

const nameOf = (peer: string) => (peer === peerNamed('gen') ? 'reviewers' : peer === peerNamed('boss') ? 'boss' : peer);

test('operator / mindos / status has the fields of the source document and no other', () => {
  const members = [
    memberOf('a', { offers: ['security-general', 'triage-general'] }),
    memberOf('b', { cluster: 'dev', offers: ['security-general'] }),
  ];
  const generals = generalViews(members, (cluster) => (cluster === 'dev' ? 'inactive' : undefined));
  const status = mindosStatus(generals, { total: 150, recent: [] });
  assert.deepEqual(Object.keys(status), [
    'total_generals',
    'generals_by_cluster',
    'generals_by_status',
    'recent_distributions',
    'total_distributions',
  ]);
  assert.equal(status.total_generals, 3);
  assert.deepEqual(status.generals_by_status, { active: 2, inactive: 1, busy: 0 });
  assert.deepEqual(
    Object.entries(status.generals_by_cluster).map(([cluster, list]) => [cluster, list.map(({ name }) => name)]),
    [
      ['dev', ['security-general']],
      ['prod-us', ['security-general', 'triage-general']],
    ],
  );
  assert.equal(status.total_distributions, 150);
  assert.deepEqual(MindosStatusSchema.parse(status), status);
});

test('operator / mindos / a line of the history names the decision and who took it', () => {
  const line = distributionLine(
    {
      eventId: EVENT_ID,
      at: AT,
      kind: 'pr_created',
      subject: 'acme/app#7',
      revision: 1,
      number: 0,
      rule: 'pull-requests',
      strategy: 'broadcast',
      priority: 'normal',
      slots: [planOf('security-general', [], 'dev').slot],
      waiting: ['x-general'],
      by: peerNamed('boss'),
    },
    nameOf,
  );
  assert.deepEqual(line, {
    distribution_id: `dist-${AT}`,
    event_id: EVENT_ID,
    timestamp: new Date(AT).toISOString(),
    kind: 'pr_created',
    subject: 'acme/app#7',
    rule: 'pull-requests',
    strategy: 'broadcast',
    priority: 'normal',
    revision: 1,
    generals: ['security-general@dev'],
    waiting: ['x-general'],
    decided_by: 'boss',
  });
  assert.deepEqual(DistributionLineSchema.parse(line), line);
});

test('operator / mindos / the answer to a distribution assigns each slot, and says who is awaited', () => {
  const record = distributionOf(
    [
      planOf('security-general', [candidateOf('gen', 0)], 'prod-us'),
      planOf('triage-general', [candidateOf('away'), candidateOf('gen', 0, 'dev')]),
      planOf('metrics-general', [candidateOf('away')]),
    ],
    [
      { general: 'x-general', reason: 'nobody offers it' },
      { general: 'y-general', cluster: 'dev', reason: 'away' },
    ],
  );
  const result = distributeResult(record, nameOf);
  assert.deepEqual(result.assignments, [
    { general: 'security-general-prod-us', cluster: 'prod-us', status: 'dispatched', response: 'offered to reviewers' },
    { general: 'triage-general-dev', cluster: 'dev', status: 'dispatched', response: 'offered to reviewers' },
    { general: 'metrics-general', cluster: '', status: 'failed', response: 'nobody can be asked now' },
    { general: 'x-general', cluster: '', status: 'failed', response: 'waits: nobody offers it' },
    { general: 'y-general-dev', cluster: 'dev', status: 'failed', response: 'waits: away' },
  ]);
  assert.equal(result.distribution_id, `dist-${AT + 10}`);
  assert.deepEqual(DistributeResultSchema.parse(result), result);
});
