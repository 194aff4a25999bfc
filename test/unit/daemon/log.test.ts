import assert from 'node:assert/strict';
import test from 'node:test';
import { createLog, REDACTED } from '../../../daemon/log.ts';
import { MeshError } from '../../../protocols/errors.ts';

function capture(level: 'debug' | 'info' | 'silent' = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, fields: { node: 'n1' } }, { stream: { write: (line: string) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

test('log / a message is one line of JSON with its level, time, node, fields and phrase', () => {
  const { log, lines, last } = capture();
  log.info({ eventId: 'github:1' }, 'event claimed');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^\{.*\}\n$/);
  const { time, ...rest } = last();
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(rest, { level: 'info', pid: process.pid, node: 'n1', eventId: 'github:1', msg: 'event claimed' });
});

test('log / level / what is below it is not written, and silent writes nothing', () => {
  const info = capture('info');
  info.log.debug({}, 'detail');
  assert.equal(info.lines.length, 0);
  const debug = capture('debug');
  debug.log.debug({}, 'detail');
  assert.equal(debug.lines.length, 1);
  const silent = capture('silent');
  silent.log.error({}, 'bad');
  assert.equal(silent.lines.length, 0);
});

const hmac = 'a'.repeat(64);
const cases: readonly { id: string; facts: object; secret: string }[] = [
  { id: 'an authorization header', facts: { headers: { authorization: 'Bearer abc.def' } }, secret: 'abc.def' },
  { id: 'a token', facts: { token: 't0p' }, secret: 't0p' },
  { id: 'a key deep inside', facts: { a: { b: { c: { apiKey: 'zzz9' } } } }, secret: 'zzz9' },
  { id: 'a key in another case', facts: { API_KEY: 'zzz9' }, secret: 'zzz9' },
  { id: 'a list of secrets', facts: { secrets: ['one1', 'two2'] }, secret: 'two2' },
  { id: 'a secret with quotes in it', facts: { password: 'p"q\\9' }, secret: 'q\\\\9' },
  { id: 'a signature header', facts: { headers: { 'x-hub-signature-256': `sha256=${hmac}` } }, secret: hmac },
  { id: 'a signature inside a text', facts: { note: `got sha256=${hmac} instead` }, secret: hmac },
  { id: 'a bearer token inside a text', facts: { note: 'sent Bearer abc123 there' }, secret: 'abc123' },
  {
    id: 'a key of a provider inside a text',
    facts: { note: 'key sk-proj-0123456789abcdefgh is wrong' },
    secret: '0123456789',
  },
  { id: 'a GitHub token inside a text', facts: { note: `ghp_${'x1'.repeat(12)}` }, secret: 'x1x1' },
  { id: 'the user of a URL', facts: { url: 'http://joe:hunter2@host/x' }, secret: 'hunter2' },
  { id: 'the message of an error', facts: { error: new Error('Bearer abc123 refused') }, secret: 'abc123' },
];

for (const { id, facts, secret } of cases) {
  test(`log / redaction / ${id} is not written, in a message or in a child's fields`, () => {
    const { log, lines } = capture();
    log.info(facts, 'said');
    log.child(facts).info({}, 'said');
    for (const line of lines) {
      assert.ok(!line.includes(secret), line);
      assert.ok(line.includes(REDACTED), line);
      assert.doesNotThrow(() => JSON.parse(line), line);
    }
  });
}

test('log / redaction / counts of tokens and names near a secret one stay', () => {
  const { log, last } = capture();
  log.info({ promptTokens: 12, tokenFile: '/data/token', mac: 5 }, 'said');
  const { promptTokens, tokenFile, mac } = last();
  assert.deepEqual({ promptTokens, tokenFile, mac }, { promptTokens: 12, tokenFile: '/data/token', mac: 5 });
});

test('log / an error is written with its code, fix and cause', () => {
  const { log, last } = capture();
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  log.error({ error: new MeshError('disk-full', { dir: '/d' }, { cause }) }, 'write failed');
  const { error } = last();
  assert.equal(error.code, 'disk-full');
  assert.match(error.fix, /Free space/);
  assert.match(error.stack, /MeshError/);
  assert.equal(error.cause.code, 'ENOSPC');
});
