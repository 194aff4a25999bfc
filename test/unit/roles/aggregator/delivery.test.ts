import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDelivery } from '../../../../roles/aggregator/delivery.ts';
import { OPTIONS, type RequestFields, requestOf } from '../../../support/deliveries.ts';

const issue = JSON.stringify({ action: 'opened', issue: { number: 7, title: 'It burns' } });
const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{}', 'utf16le')]);

interface Case extends RequestFields {
  readonly id: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** `refused` with a code, or the status. */
  readonly is: string;
}

const CASES: readonly Case[] = [
  { id: 'a signed issue', is: 'event' },
  { id: 'a ping', event: 'ping', body: '{"zen":"…"}', is: 'ping' },
  { id: 'a star', event: 'star', body: '{"action":"created"}', is: 'not-ours' },
  { id: 'an event GitHub invents tomorrow', event: 'tomorrow', body: '{}', is: 'event' },
  { id: 'no signature', signature: undefined, is: 'signature-missing' },
  { id: 'a wrong signature', signature: `sha256=${'0'.repeat(64)}`, is: 'signature-wrong' },
  {
    id: 'a wrong signature over rubbish: the body is not read',
    signature: 'sha256=00',
    body: 'x',
    is: 'signature-wrong',
  },
  {
    id: 'a wrong signature without any header',
    signature: 'no',
    headers: { 'x-github-event': undefined },
    is: 'signature-wrong',
  },
  { id: 'no event header', headers: { 'x-github-event': undefined }, is: 'header-missing' },
  { id: 'an empty event header', event: '', is: 'header-missing' },
  { id: 'an event header with a blank', event: 'issues opened', is: 'header-missing' },
  { id: 'an event header in upper case', event: 'Issues', is: 'header-missing' },
  { id: 'an event header of 65 letters', event: 'e'.repeat(65), is: 'header-missing' },
  { id: 'an event header with a line break', event: 'issues\n', is: 'header-missing' },
  { id: 'no delivery header', headers: { 'x-github-delivery': undefined }, is: 'header-missing' },
  { id: 'an empty delivery header', delivery: '', is: 'header-missing' },
  { id: 'a delivery header with a blank', delivery: 'a b', is: 'header-missing' },
  { id: 'a delivery header with a control character', delivery: 'a\u0000b', is: 'header-missing' },
  { id: 'a delivery header beyond ASCII', delivery: 'é', is: 'header-missing' },
  { id: 'a delivery header of 200 characters', delivery: 'd'.repeat(200), is: 'event' },
  { id: 'a delivery header of 201 characters', delivery: 'd'.repeat(201), is: 'header-missing' },
  { id: 'an empty body', body: '', is: 'body-not-json' },
  { id: 'a body that is cut', body: issue.slice(0, -5), is: 'body-not-json' },
  { id: 'a body with more behind it', body: `${issue} x`, is: 'body-not-json' },
  { id: 'a form body', body: 'payload=%7B%7D', is: 'body-not-json' },
  { id: 'a body that is an array', body: '[{}]', is: 'body-not-json' },
  { id: 'a body that is a string', body: '"issues"', is: 'body-not-json' },
  { id: 'a body that is null', body: 'null', is: 'body-not-json' },
  { id: 'a body with a byte order mark', body: `\ufeff${issue}`, is: 'body-not-json' },
  { id: 'a body in UTF-16', body: utf16, is: 'body-not-json' },
  {
    id: 'a body with a byte that is no UTF-8',
    body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    is: 'body-not-json',
  },
  { id: 'a body of a million brackets', body: '['.repeat(1_000_000), is: 'body-not-json' },
  {
    id: 'an object that is deeply nested',
    body: `{"issue":{"number":7},"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    is: 'event',
  },
  { id: 'an issue event without an issue', body: '{"action":"opened"}', is: 'payload-invalid' },
  { id: 'an issue that is a text', body: '{"action":"opened","issue":"#7"}', is: 'payload-invalid' },
  { id: 'an issue without a number', body: '{"action":"opened","issue":{"title":"x"}}', is: 'payload-invalid' },
  { id: 'an issue whose number is a text', body: '{"action":"opened","issue":{"number":"7"}}', is: 'payload-invalid' },
  { id: 'an issue whose number is negative', body: '{"action":"opened","issue":{"number":-7}}', is: 'payload-invalid' },
];

for (const { id, body = issue, is, ...fields } of CASES) {
  test(`aggregator / delivery / ${id} is ${is}`, () => {
    const delivery = readDelivery(requestOf(body, fields), OPTIONS);
    assert.equal(delivery.status === 'refused' ? delivery.code : delivery.status, is);
  });
}

test('aggregator / delivery / an event carries its delivery id, its org and the verified signature', () => {
  const delivery = readDelivery(requestOf(issue, { delivery: 'd-1' }), OPTIONS);
  assert.ok(delivery.status === 'event');
  assert.equal(delivery.event.id, 'github:d-1');
  assert.equal(delivery.event.org, 'acme');
  assert.equal(`sha256=${delivery.mac}`, requestOf(issue).headers['x-hub-signature-256']);
});

test('aggregator / delivery / a refusal says what is wrong without quoting the whole body', () => {
  const delivery = readDelivery(requestOf(`{"a":${'x'.repeat(10_000)}}`), OPTIONS);
  assert.ok(delivery.status === 'refused' && delivery.code === 'body-not-json');
  assert.ok(String(delivery.facts.problem).length <= 160);
});

test('aggregator / delivery / a body that is a view into a larger buffer is read alone', () => {
  const large = Buffer.from(`secret before ${issue} secret behind`);
  const body = large.subarray('secret before '.length, 'secret before '.length + issue.length);
  assert.equal(
    readDelivery(requestOf(new Uint8Array(body.buffer, body.byteOffset, body.length)), OPTIONS).status,
    'event',
  );
});

test('aggregator / delivery / what comes out survives the way between threads', () => {
  for (const { body = issue, is: _, id: __, ...fields } of CASES.slice(0, 6)) {
    const delivery = readDelivery(requestOf(body, fields), OPTIONS);
    assert.deepEqual(structuredClone(delivery), delivery);
  }
});
