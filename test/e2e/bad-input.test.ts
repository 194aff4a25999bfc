import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { ERRORS, type ErrorCode } from '../../protocols/errors.ts';
import { exampleWebhooks, postWebhook, signatureOf, type Webhook } from '../support/github.ts';
import { settledStory, testMesh } from './mesh.ts';

const GOOD = exampleWebhooks().find(({ event }) => event === 'issues') as Webhook;
const BODY = JSON.stringify(GOOD.payload);
/** Short, so that the slow body does not make the test slow; the default is 10 s. */
const READ_DEADLINE = '1s';
const MIB = 1024 * 1024;

const ProblemSchema = z.object({ code: z.string(), fix: z.string() });

interface BadRequest {
  readonly id: string;
  readonly code: ErrorCode;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Laid over the headers of a good delivery; empty text leaves one out. */
  readonly headers?: (secret: string) => Readonly<Record<string, string>>;
}

const NOT_JSON = 'this is not json';

const BAD_REQUESTS: readonly BadRequest[] = [
  {
    id: 'a wrong signature',
    code: 'signature-wrong',
    headers: () => ({ 'x-hub-signature-256': signatureOf('other', BODY) }),
  },
  { id: 'no signature', code: 'signature-missing', headers: () => ({ 'x-hub-signature-256': '' }) },
  {
    id: 'a truncated signature',
    code: 'signature-wrong',
    headers: (secret) => ({ 'x-hub-signature-256': signatureOf(secret, BODY).slice(0, 40) }),
  },
  {
    id: 'a signed body that is not JSON',
    code: 'body-not-json',
    body: NOT_JSON,
    headers: (secret) => ({ 'x-hub-signature-256': signatureOf(secret, NOT_JSON) }),
  },
  {
    id: 'a form',
    code: 'media-type-unsupported',
    headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
  },
  { id: 'no delivery id', code: 'header-missing', headers: () => ({ 'x-github-delivery': '' }) },
  { id: '26 MiB', code: 'body-too-large', body: new Uint8Array(26 * MIB) },
];

async function postBad(mesh: DevMesh, bad: BadRequest): Promise<{ status: number; code: unknown }> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': GOOD.event,
    'x-github-delivery': 'bad',
    'x-hub-signature-256': signatureOf(mesh.secret, BODY),
    ...bad.headers?.(mesh.secret),
  };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  const response = await fetch(`${mesh.url('aggregator')}/webhook/github`, {
    method: 'POST',
    headers: sent,
    body: bad.body ?? BODY,
  });
  const problem = ProblemSchema.parse(await response.json());
  assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/problem+json');
  assert.ok(problem.fix.length > 0, 'the answer says what to do');
  return { status: response.status, code: problem.code };
}

/** What a raw connection gets back until the server closes it. */
async function rawRequest(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe('bad input at the webhook of a running mesh', () => {
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    const made = await testMesh({ overrides: { ingest: { readDeadline: READ_DEADLINE } } });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(() => stop?.());

  for (const bad of BAD_REQUESTS) {
    it(`e2e / bad input / ${bad.id} is answered ${bad.code}`, async () => {
      assert.deepEqual(await postBad(mesh, bad), { status: ERRORS[bad.code].http, code: bad.code });
    });
  }

  it('e2e / bad input / a body that does not come is ended at the deadline', async () => {
    const head = `POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n`;
    const signed = `x-github-event: issues\r\nx-github-delivery: slow\r\nx-hub-signature-256: ${signatureOf(mesh.secret, BODY)}\r\n\r\n{"a`;
    const answer = await rawRequest(mesh.node('aggregator').httpPort, head + signed);
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /body-too-slow/);
  });

  it('e2e / bad input / the same delivery twice is one event', async () => {
    const first = await postWebhook(mesh.url('aggregator'), mesh.secret, GOOD, 'twice');
    const second = await postWebhook(mesh.url('aggregator'), mesh.secret, GOOD, 'twice');
    assert.equal(second.status, 200);
    assert.partialDeepStrictEqual(second.body, { duplicate: true });
    assert.equal(first.status, 202);
  });

  it('e2e / bad input / garbage at the peer port disturbs nobody', async () => {
    for (const name of ['aggregator', 'orchestrator', 'general']) {
      await rawRequest(mesh.node(name).meshPort, 'GET / HTTP/1.1\r\n\r\n').catch(() => '');
      const status = await mesh.status(name);
      assert.equal(status.peers.connected, 2, `${name} kept its peers`);
    }
  });

  it('e2e / bad input / after all of it a good event still goes its way', async () => {
    const other = exampleWebhooks().find(({ event }) => event === 'pull_request') as Webhook;
    const answer = await postWebhook(mesh.url('aggregator'), mesh.secret, other);
    assert.equal(answer.status, 202);
    const story = await settledStory(mesh, answer.delivery);
    assert.equal(story.settled?.outcome, 'done');
  });
});
