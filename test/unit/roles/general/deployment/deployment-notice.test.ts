import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deployment, deploymentNotice } from '../../../../../roles/general/deployment/deployment-notice.ts';

const DEPLOYMENT: Deployment = {
  ...{ environment: 'production', state: 'success', ref: 'main', sha: 'abcdef0123456789', url: 'https://app.example/' },
};

test('general / deployment notice / what is said of each state', () => {
  const cases: { id: string; deployment: Partial<Deployment>; says: string | undefined }[] = [
    { id: 'done', deployment: {}, says: '**Deployed `abcdef0` to `production`.** It is at <https://app.example/>' },
    { id: 'done, without an address', deployment: { url: '' }, says: '**Deployed `abcdef0` to `production`.**' },
    { id: 'without a sha', deployment: { sha: '', url: '' }, says: '**Deployed `main` to `production`.**' },
    {
      id: 'failed',
      deployment: { state: 'failure', description: 'health check\ntimed out' },
      says: '**Deployment of `abcdef0` to `production` failed.** Log: <https://app.example/>\n\nhealth check timed out',
    },
    {
      id: 'error',
      deployment: { state: 'error', url: '' },
      says: '**Deployment of `abcdef0` to `production` failed.**',
    },
    ...['pending', 'queued', 'in_progress', 'inactive', 'a word of tomorrow'].map((state) => ({
      ...{ id: state, deployment: { state }, says: undefined },
    })),
    ...[
      'javascript:alert(1)',
      'https://user:pw@app.example',
      'ftp://app.example',
      'not one',
      `https://a.example/${'x'.repeat(600)}`,
    ].map((url) => ({ id: url, deployment: { url }, says: '**Deployed `abcdef0` to `production`.**' })),
    {
      id: 'an address that leads astray',
      deployment: { url: 'https://a.example/> <b>' },
      says: '**Deployed `abcdef0` to `production`.** It is at <https://a.example/%3E%20%3Cb%3E>',
    },
  ];
  for (const { id, deployment, says } of cases) {
    assert.equal(deploymentNotice({ ...DEPLOYMENT, ...deployment }), says, id);
  }
});
