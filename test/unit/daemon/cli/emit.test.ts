import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../../../../daemon/cli/cli.ts';
import { devPointerFile } from '../../../../daemon/cli/dev-pointer.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { temporaryFolder } from './operator-server.ts';

interface Hook {
  readonly url: string;
  readonly got: { headers: IncomingHttpHeaders; body: Buffer }[];
}

/** A real server that takes webhooks and answers as it is told. */
async function hook(t: TestContext, status: number, answer: unknown): Promise<Hook> {
  const got: Hook['got'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    got.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(status).end(answer === undefined ? undefined : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}/webhook/github`, got };
}

/** A port that was listened on a moment ago and is not any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

const TAKEN = { message: 'accepted', event_id: 'github:abc' };
const signature = (secret: string, body: Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

test('cli / emit / a file is signed byte for byte and sent as GitHub would', async (t) => {
  const { url, got } = await hook(t, 202, TAKEN);
  const cwd = await temporaryFolder(t);
  const body = Buffer.from('{"action" :  "opened"}\n');
  await writeFile(join(cwd, 'p.json'), body);
  await writeFile(join(cwd, 'secret'), 'hunter2\n', { mode: 0o600 });
  const terminal = fakeTerminal({ cwd });
  const argv = ['emit', 'p.json', '-e', 'pull_request', '--delivery', 'abc', '--url', url, '--secret-file', 'secret'];
  assert.equal(await runCli(argv, terminal), 0);
  assert.match(terminal.out(), /^202 accepted: github:abc\nTry: mindmesh explain github:abc\n$/);
  const [{ headers, body: sent } = { headers: {}, body: Buffer.alloc(0) }] = got;
  assert.deepEqual(sent, body);
  assert.equal(headers['x-github-event'], 'pull_request');
  assert.equal(headers['x-github-delivery'], 'abc');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-hub-signature-256'], signature('hunter2', body));
});

test('cli / emit / standard input may hold {id, name, payload}; a secret may come from a variable', async (t) => {
  const { url, got } = await hook(t, 202, TAKEN);
  const stdin = JSON.stringify({ id: 'd1', name: 'issues', payload: { action: 'opened' } });
  const terminal = fakeTerminal({ stdin, env: { HOOK: 's' } });
  assert.equal(await runCli(['emit', '-', '--url', url, '--secret-env', 'HOOK', '-o', 'name'], terminal), 0);
  assert.equal(terminal.out(), 'github:abc\n');
  assert.equal(got[0]?.body.toString(), '{"action":"opened"}');
  assert.equal(got[0]?.headers['x-github-event'], 'issues');
  assert.equal(got[0]?.headers['x-github-delivery'], 'd1');
});

test('cli / emit / without options it goes to the running dev mesh', async (t) => {
  const { url, got } = await hook(t, 200, { ...TAKEN, duplicate: true });
  const cwd = await temporaryFolder(t);
  const env = { XDG_RUNTIME_DIR: cwd };
  const secretFile = join(cwd, 'secret');
  await writeFile(secretFile, 'dev-secret', { mode: 0o600 });
  await mkdir(dirname(devPointerFile(env)), { mode: 0o700 });
  await writeFile(devPointerFile(env), JSON.stringify({ sockets: {}, webhook: { url, secretFile } }), { mode: 0o600 });
  const terminal = fakeTerminal({ stdin: '{}', env, cwd });
  assert.equal(await runCli(['emit', '-e', 'push'], terminal), 0);
  assert.match(terminal.out(), /taken before: github:abc/);
  assert.equal(got[0]?.headers['x-hub-signature-256'], signature('dev-secret', Buffer.from('{}')));
});

test('cli / emit / without a dev mesh it goes to the aggregator of the configuration', async (t) => {
  const { url, got } = await hook(t, 202, TAKEN);
  const cwd = await temporaryFolder(t);
  const port = new URL(url).port;
  await writeFile(
    join(cwd, 'mindmesh.yaml'),
    `http: { aggregator: { port: ${port} } }\ningest: { github: { secrets: [{ env: HOOK }] } }\n`,
  );
  const terminal = fakeTerminal({ stdin: '{}', env: { HOOK: 's', XDG_RUNTIME_DIR: cwd }, cwd });
  assert.equal(await runCli(['emit', '-e', 'push'], terminal), 0);
  assert.equal(got.length, 1);
});

test('cli / emit / what the aggregator refuses ends with its own code', async (t) => {
  const wrong = { code: 'signature-wrong', detail: 'the signature does not match', fix: 'check the secret' };
  const { url } = await hook(t, 403, wrong);
  const terminal = fakeTerminal({ stdin: '{}', env: { HOOK: 's' } });
  assert.equal(await runCli(['emit', '-e', 'push', '--url', url, '--secret-env', 'HOOK'], terminal), 4);
  assert.equal(terminal.err(), 'error: the signature does not match\nfix: check the secret\n');
});

test('cli / emit / 204 is told as not taken, and an address where nobody listens as such', async (t) => {
  const { url } = await hook(t, 204, undefined);
  const call = async (to: string) => {
    const terminal = fakeTerminal({ stdin: '{}', env: { HOOK: 's' } });
    return { code: await runCli(['emit', '-e', 'x', '--url', to, '--secret-env', 'HOOK'], terminal), terminal };
  };
  assert.match((await call(url)).terminal.out(), /^204 not an event that is taken/);
  const gone = await call(`http://127.0.0.1:${await closedPort()}/`);
  assert.equal(gone.code, 1);
  assert.match(gone.terminal.err(), /cannot be reached: .*ECONNREFUSED/);
});

test('cli / emit / it never waits for a person to type a payload or a secret', async () => {
  const asked = async (stdin: string | undefined, ...argv: string[]) => {
    const terminal = fakeTerminal({ ...(stdin !== undefined && { stdin }) });
    assert.equal(await runCli(['emit', ...argv], terminal), 2);
    return terminal.err();
  };
  assert.match(await asked(undefined, '-e', 'push'), /name the file of the payload/);
  assert.match(await asked('{}'), /name the GitHub event with --event/);
  assert.match(await asked('{}', '-e', 'push'), /no secret to sign with/);
  assert.match(await asked('{}', '-e', 'push', '--secret-env', 'A', '--secret-file', 'b'), /not both/);
  assert.match(await asked(undefined, 'gone.json', '-e', 'push'), /the payload cannot be read/);
});
