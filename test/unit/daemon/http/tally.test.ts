import assert from 'node:assert/strict';
import test from 'node:test';
import { Tally } from '../../../../daemon/http/tally.ts';

const PATH = { method: 'POST', endpoint: '/webhook/github' };
const ACCEPTED = { ...PATH, status: '202' };

test('http / tally / counts and values are collected by their labels, and told once', () => {
  const tally = new Tally();
  for (const value of [1, 2, 3]) tally.observe('http_request_size_bytes', value, PATH);
  tally.count('http_requests_total', ACCEPTED);
  tally.count('http_requests_total', ACCEPTED, 4);
  tally.count('http_requests_total', { ...PATH, status: '403' });
  tally.count('mindmesh_log_commits_total');
  assert.deepEqual(tally.take(), {
    counted: [
      { name: 'http_requests_total', labels: ACCEPTED, by: 5 },
      { name: 'http_requests_total', labels: { ...PATH, status: '403' }, by: 1 },
      { name: 'mindmesh_log_commits_total', labels: {}, by: 1 },
    ],
    observed: [{ name: 'http_request_size_bytes', labels: PATH, values: [1, 2, 3] }],
  });
  assert.equal(tally.take(), undefined);
});
