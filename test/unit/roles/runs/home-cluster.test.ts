import assert from 'node:assert/strict';
import test from 'node:test';
import { homeCluster } from '../../../../roles/runs/home-cluster.ts';

const CLUSTERS = ['prod-us', 'prod-eu', 'lab'];
const repositories = Array.from({ length: 300 }, (_, i) => `acme/repo-${i}`);

test('runs / home cluster / everybody names the same, whatever the order of the configuration and the case of the name', () => {
  for (const repository of repositories) {
    const home = homeCluster(repository, CLUSTERS, []);
    assert.equal(homeCluster(repository.toUpperCase(), [...CLUSTERS.toReversed(), 'lab'], []), home);
  }
});

test('runs / home cluster / repositories are spread, and a new cluster takes only what becomes its own', () => {
  const before = repositories.map((repository) => homeCluster(repository, CLUSTERS, []));
  for (const cluster of CLUSTERS) assert.ok(before.filter((home) => home === cluster).length > 60, cluster);
  const after = repositories.map((repository) => homeCluster(repository, [...CLUSTERS, 'new'], []));
  for (const [i, home] of after.entries()) assert.ok(home === before[i] || home === 'new');
});

test('runs / home cluster / the first rule that fits decides, also for a cluster outside the list', () => {
  const rules = [
    { repository: 'acme/special', cluster: 'lab' },
    { repository: 'Acme/*', cluster: 'prod-eu' },
    { repository: 'acme/special', cluster: 'prod-us' },
  ];
  assert.equal(homeCluster('acme/special', CLUSTERS, rules), 'lab');
  assert.equal(homeCluster('ACME/other', CLUSTERS, rules), 'prod-eu');
  assert.equal(homeCluster('globex/other', ['only'], rules), 'only');
});

test('runs / home cluster / without clusters there is none', () => {
  assert.equal(homeCluster('acme/app', [], []), undefined);
});
