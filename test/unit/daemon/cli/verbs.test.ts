import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../../../daemon/cli/cli.ts';
import { exitCodeOf } from '../../../../daemon/cli/exit-codes.ts';
import { news } from '../../../../daemon/cli/view-verb.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { APPROVALS, SESSION, SESSIONS } from './fixture-people.ts';
import { EVENT, EVENTS, EXPLAIN, PINGS, ROUTE_TEST, STATUS, WELL } from './fixture-views.ts';
import { DEAD_LETTERS, DRY_REPLAY, LOCKS, REPLAY, TASKS, USAGE } from './fixture-work.ts';
import { type Answer, json, operatorServer, problem, temporaryFolder } from './operator-server.ts';

test('cli / status / asks the daemon at --socket and prints what -o says', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/status': json(STATUS) });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['status', '--socket', socket, '-o', 'json'], terminal), 0);
  assert.deepEqual(JSON.parse(terminal.out()), STATUS);
  const people = fakeTerminal({ env: { MINDMESH_SOCKET: socket } });
  assert.equal(await runCli(['status'], people), 0);
  assert.match(people.out(), /^reviewers is ready/);
  assert.equal(people.err(), '');
});

test('cli / status / without a daemon it ends with 5 and says how to mend that', async () => {
  const terminal = fakeTerminal();
  assert.equal(await runCli(['status'], terminal), 5);
  assert.equal(terminal.out(), '');
  assert.match(terminal.err(), /^error: no daemon answers at \/nowhere\/\.mindmesh\/mindmesh\.sock\nfix: Start one/);
});

test('cli / faults / -o json tells a program, on standard error', async () => {
  for (const argv of [
    ['status', '-o', 'json'],
    ['status', '-ojson', '--nonsense'],
    ['stat', '--output=json'],
  ]) {
    const terminal = fakeTerminal();
    const code = await runCli(argv, terminal);
    const fault: unknown = JSON.parse(terminal.err());
    assert.deepEqual(Object.keys(Object(fault)), ['type', 'code', 'detail', 'fix']);
    assert.equal(code, Object(fault).code === 'usage' ? 2 : 5);
    assert.equal(terminal.out(), '');
  }
});

const EXITS: readonly (readonly [code: string, http: number | undefined, exit: number])[] = [
  ['usage', undefined, 2],
  ['config-invalid', undefined, 2],
  ['config-unreadable', undefined, 2],
  ['daemon-down', undefined, 5],
  ['not-found', undefined, 3],
  ['general-unknown', undefined, 3],
  ['not-allowed', undefined, 4],
  ['unauthenticated', undefined, 4],
  ['signature-wrong', undefined, 4],
  ['store-damaged', undefined, 1],
  ['internal', undefined, 1],
  ['a-code-of-a-newer-daemon', 404, 3],
  ['a-code-of-a-newer-daemon', 403, 4],
  ['a-code-of-a-newer-daemon', 500, 1],
];
for (const [code, http, exit] of EXITS) {
  test(`cli / exit codes / ${code}${http === undefined ? '' : ` (${http})`} is ${exit}`, () => {
    assert.equal(exitCodeOf(code, http), exit);
  });
}

test('cli / explain / an event that is not there ends with 3', async (t) => {
  const { socket, asked } = await operatorServer(t, {
    '/v1/explain': problem(404, 'not-found', 'there is no event x', 'list them'),
  });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['explain', 'x', '--socket', socket], terminal), 3);
  assert.equal(terminal.err(), 'error: there is no event x\nfix: list them\n');
  assert.deepEqual(asked, ['GET /v1/explain?id=x']);
});

for (const { isTTY, shown } of [
  { isTTY: false, shown: '{"action":"\u009b2J"}' },
  { isTTY: true, shown: '{"action":"\ufffd2J"}\n' },
]) {
  test(`cli / events body / ${isTTY ? 'a terminal is not moved by it' : 'a file or a pipe gets every byte'}`, async (t) => {
    const { socket, asked } = await operatorServer(t, { '/v1/events/body': json({ action: '\u009b2J' }) });
    const terminal = fakeTerminal({ isTTY });
    assert.equal(await runCli(['events', 'body', 'x', '--socket', socket], terminal), 0);
    assert.deepEqual([terminal.out(), asked], [shown, ['GET /v1/events/body?id=x']]);
  });
}

test('cli / explain / -o name is the id', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/explain': json(EXPLAIN) });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['explain', 'dc0958', '--socket', socket, '-o', 'name'], terminal), 0);
  assert.equal(terminal.out(), `${EVENT}\n`);
});

test('cli / ping / asks as often as --count says', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/ping': json(PINGS[0]) });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['ping', 'reviewers', '-c', '3', '--socket', socket], terminal), 0);
  assert.equal(asked.length, 3);
  assert.equal(terminal.out().trimEnd().split('\n').length, 4);
});

test('cli / routes test / an event is described, named, or given as a payload, and only one of them', async (t) => {
  const bodies: unknown[] = [];
  const { socket } = await operatorServer(t, {
    '/v1/routes/test': (request, response, body) => {
      bodies.push(JSON.parse(body));
      json(ROUTE_TEST)(request, response, body);
    },
  });
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'p.json'), '{"action":"opened"}');
  const call = (...words: string[]) =>
    runCli(['routes', 'test', ...words, '--socket', socket], fakeTerminal({ cwd: dir }));
  assert.equal(await call('github:1'), 0);
  assert.equal(await call('--kind', 'issue_opened', '--repository', 'acme/api', '--label', 'bug', '--trust', 'bot'), 0);
  assert.equal(await call('--payload', 'p.json', '--github-event', 'pull_request'), 0);
  assert.deepEqual(bodies[0], { eventId: 'github:1' });
  const { event } = Object(bodies[1]);
  assert.deepEqual(
    [event.kind, event.repository, event.subject, event.actortype],
    ['issue_opened', 'acme/api', 'acme/api#1', 'bot'],
  );
  assert.deepEqual(event.data.issue.labels, ['bug']);
  assert.deepEqual(bodies[2], { event: 'pull_request', payload: { action: 'opened' } });
  for (const words of [
    [],
    ['github:1', '--kind', 'pr_created'],
    ['--payload', 'p.json'],
    ['--payload', 'none', '--github-event', 'x'],
  ]) {
    assert.equal(await call(...words), 2);
  }
});

test('cli / watch / off a terminal the first view is printed, then only what is new; ctrl-C ends it with 0', async (t) => {
  let asked = 0;
  const { socket } = await operatorServer(t, {
    '/v1/status': (request, response, body) => {
      asked += 1;
      json(asked < 3 ? STATUS : WELL)(request, response, body);
    },
  });
  const terminal = fakeTerminal({
    onOutput: (out) => {
      if (out.includes('Nothing is wrong.')) terminal.interrupt();
    },
  });
  assert.equal(await runCli(['status', '-w', '--interval', '100ms', '--socket', socket], terminal), 0);
  assert.equal(terminal.out().split('up 1h2m').length - 1, 2, 'the headline stands there twice: its roles changed');
  assert.equal(terminal.out().split('/var/lib/mindmesh\n').length - 1, 2, 'what stayed the same is not repeated');
});

test('cli / watch / on a terminal the view is drawn anew, and a daemon that goes away is waited for', async (t) => {
  let asked = 0;
  const { socket } = await operatorServer(t, {
    '/v1/status': (request, response, body) => {
      asked += 1;
      if (asked === 2) response.destroy();
      else json(WELL)(request, response, body);
    },
  });
  const terminal = fakeTerminal({
    isTTY: true,
    env: { NO_COLOR: '1' },
    onOutput: (out) => {
      if (out.split('\u001b[2J').length > 2) terminal.interrupt();
    },
  });
  assert.equal(await runCli(['status', '-w', '--interval', '100ms', '--socket', socket], terminal), 0);
  assert.match(terminal.err(), /no daemon answers/);
  assert.equal(asked >= 3, true);
});

test('cli / watch / programs get whole documents', () => {
  assert.equal(news('{}\n', '{}\n', 'json'), '');
  assert.equal(news('{}\n', '{"a":1}\n', 'json'), '{"a":1}\n');
  assert.equal(news('a: 1\n', 'a: 2\n', 'yaml'), '---\na: 2\n');
  assert.equal(news('H\na\nb\n', 'H\na\nc\n', 'table'), 'c\n');
  assert.equal(news('H\na\n', 'H\n', 'table'), '');
});

test('cli / events tail / prints each event as it comes; ctrl-C ends it with 0', async (t) => {
  const { socket } = await operatorServer(t, {
    '/v1/events/tail': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of EVENTS) response.write(`data: ${JSON.stringify(event)}\n\n`);
    },
  });
  const terminal = fakeTerminal({
    onOutput: (out) => {
      if (out.split('\n').length === 3) terminal.interrupt();
    },
  });
  assert.equal(await runCli(['events', 'tail', '-o', 'json', '--socket', socket], terminal), 0);
  assert.deepEqual(
    terminal
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    EVENTS,
  );
});

test('cli / config / view, validate and explain say where a value came from', async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, 'mindmesh.yaml'), 'node:\n  org: acme\nmodel:\n  apiKey: { env: KEY }\n');
  const call = async (line: string, env: Record<string, string> = {}) => {
    const terminal = fakeTerminal({ cwd, env });
    const code = await runCli(line.split(' '), terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  };
  const { out } = await call('config view --changed -o json', { LOG_LEVEL: 'debug' });
  assert.deepEqual(JSON.parse(out), [
    { key: 'node.org', value: 'acme', source: 'mindmesh.yaml:2' },
    { key: 'model.apiKey', value: { env: 'KEY' }, source: 'mindmesh.yaml:4' },
    { key: 'log.level', value: 'debug', source: '$LOG_LEVEL' },
  ]);
  assert.match((await call('config explain node.org')).out, /from {6}mindmesh\.yaml:2/);
  assert.match((await call('config explain routes[].strategy')).out, /takes {4}broadcast \| round_robin/);
  const wrong = await call('config explain node.orgg');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /did you mean node\.org\?/);
  assert.match((await call('config explain http.general')).err, /below it are http\.general\.port/);
  const missing = await call('config validate');
  assert.equal(missing.code, 1);
  assert.match(missing.err, /model\.apiKey cannot be read from \$KEY: it is not set/);
  const valid = await call('config validate', { KEY: 'hunter2' });
  assert.equal(valid.code, 0);
  assert.ok(!valid.out.includes('hunter2'));
  await writeFile(join(cwd, 'mindmesh.yaml'), 'nod: {}\n');
  assert.equal((await call('config validate')).code, 2);
});

test('cli / config / view --running asks the daemon', async (t) => {
  const { socket } = await operatorServer(t, {
    '/v1/config': json([{ key: 'node.org', value: 'other', source: '--org' }]),
  });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['config', 'view', '--running', '-o', 'name', '--socket', socket], terminal), 0);
  assert.equal(terminal.out(), 'node.org\n');
});

test('cli / keygen / makes a key once, and prints the same peer id ever after', async (t) => {
  const cwd = await temporaryFolder(t);
  await mkdir(join(cwd, 'k'), { mode: 0o700 });
  const call = async () => {
    const terminal = fakeTerminal({ cwd });
    assert.equal(await runCli(['keygen', 'k/node.key', '-o', 'json'], terminal), 0);
    return JSON.parse(terminal.out());
  };
  const first = await call();
  assert.equal(first.created, true);
  assert.match(first.peer, /^12D3KooW/);
  assert.deepEqual(await call(), { ...first, created: false });
});

test('cli / generals new / a folder that loads and offers, and is never replaced', async (t) => {
  const cwd = await temporaryFolder(t);
  const call = async (...args: string[]) => {
    const terminal = fakeTerminal({ cwd });
    return { code: await runCli(['generals', 'new', ...args, '-o', 'json'], terminal), out: terminal.out() };
  };
  const { code, out } = await call('billing-general', '--dir', 'own');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out).files, [
    join(cwd, 'own/billing-general/manifest.json'),
    join(cwd, 'own/billing-general/context.hbs'),
  ]);
  assert.equal((await call('billing-general', '--dir', 'own')).code, 1, 'it is there');
  assert.equal((await call('Billing!', '--dir', 'own')).code, 2);
  assert.equal((await call('other-general')).code, 2, 'where?');
});

test('cli / generals eval / the rules answer without a model, and a general is found by its short name', async (t) => {
  const terminal = fakeTerminal({ cwd: await temporaryFolder(t) });
  assert.equal(await runCli(['generals', 'eval', 'triage', 'security', '-o', 'json'], terminal), 0);
  const views = JSON.parse(terminal.out());
  assert.deepEqual(
    views.map(({ general, ok }: { general: string; ok: boolean }) => [general, ok]),
    [
      ['triage-general', true],
      ['security-general', true],
    ],
  );
  assert.equal(await runCli(['generals', 'eval', 'nobody'], fakeTerminal()), 3);
});

test('cli / locks / --repository is asked for', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/locks': json(LOCKS) });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['locks', '--repository', 'acme/api', '--socket', socket, '-o', 'name'], terminal), 0);
  assert.deepEqual(asked, ['GET /v1/locks?repository=acme%2Fapi']);
  assert.equal(terminal.out(), 'acme/api main\nacme/api release/2026-03\n');
});

test('cli / tasks / --state, --general and --limit are asked for, and a short name of a general will do', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/tasks': json(TASKS) });
  const terminal = fakeTerminal();
  const argv = ['tasks', '--state', 'running', '--general', 'security', '-n', '5', '--socket', socket, '-o', 'name'];
  assert.equal(await runCli(argv, terminal), 0);
  assert.deepEqual(asked, ['GET /v1/tasks?limit=5&state=running&general=security-general']);
  assert.equal(terminal.out().split('\n')[0], `${EVENT} security-general@prod-us`);
  assert.equal(await runCli(['tasks', '--state', 'asleep', '--socket', socket], fakeTerminal()), 2);
});

test('cli / dlq / is listed, tried anew and dropped', async (t) => {
  const bodies: unknown[] = [];
  const changed = { eventId: EVENT, slots: ['triage-general@dev'] };
  const change: Answer = (request, response, body) => {
    bodies.push([request.url, JSON.parse(body)]);
    json(changed)(request, response, body);
  };
  const { socket } = await operatorServer(t, {
    '/v1/dlq': json(DEAD_LETTERS),
    '/v1/dlq/retry': change,
    '/v1/dlq/drop': change,
  });
  const call = async (...words: string[]) => {
    const terminal = fakeTerminal();
    assert.equal(await runCli([...words, '--socket', socket], terminal), 0, words.join(' '));
    return terminal.out();
  };
  assert.match(await call('dlq', 'ls', '-o', 'name'), /^github:72d3162e\S+ triage-general@dev\n/);
  assert.match(await call('dlq', 'retry', EVENT, 'triage-general@dev'), /triage-general@dev of \S+: tried anew/);
  assert.match(await call('dlq', 'drop', 'dc0958'), /dropped/);
  assert.deepEqual(bodies, [
    ['/v1/dlq/retry', { id: EVENT, slot: 'triage-general@dev' }],
    ['/v1/dlq/drop', { id: 'dc0958' }],
  ]);
});

test('cli / usage / --by and --since are asked for, a day as it is and a time as a day', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/usage': json(USAGE) });
  const terminal = fakeTerminal();
  const code = await runCli(['usage', '--by', 'model', '--since', '2026-11-01', '--socket', socket], terminal);
  assert.equal(code, 0, terminal.err());
  assert.deepEqual(asked, ['GET /v1/usage?by=model&since=2026-11-01']);
  assert.match(terminal.out(), /^since 2026-02-02/);
  const sixDaysAgo = () => new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10);
  const before = sixDaysAgo();
  await runCli(['usage', '--since', '7d', '--socket', socket, '-o', 'name'], terminal);
  // The day may have ended meanwhile.
  const given = asked[1]?.replace('GET /v1/usage?since=', '') ?? '';
  assert.ok([before, sixDaysAgo()].includes(given), given);
});

for (const since of ['yesterday', '2026-13-01', '7']) {
  test(`cli / usage / --since ${since} is no day and no time`, async () => {
    const terminal = fakeTerminal();
    assert.equal(await runCli(['usage', '--since', since, '--socket', '/nowhere'], terminal), 2);
    assert.match(terminal.err(), /--since takes a day like 2026-11-01 or a time like 7d/);
  });
}

test('cli / sessions / are listed, shown, and told things by whoever calls', async (t) => {
  const bodies: unknown[] = [];
  const { socket, asked } = await operatorServer(t, {
    '/v1/sessions': json(SESSIONS),
    '/v1/sessions/show': json(SESSION),
    '/v1/sessions/order': (request, response, body) => {
      bodies.push(JSON.parse(body));
      json({ order: 'pause', eventId: EVENT, slots: ['triage-general'] })(request, response, body);
    },
  });
  const call = async (...words: string[]) => {
    const terminal = fakeTerminal({ env: { USER: 'ada' } });
    const code = await runCli(['sessions', ...words, '--socket', socket], terminal);
    return { code, out: terminal.out() };
  };
  assert.match(
    (await call('ls', '--general', 'triage', '-o', 'name')).out,
    /^github:72d3162e\S+ product-owner-general\n/,
  );
  assert.match((await call('show', 'dc0958')).out, /paused by ada/);
  assert.deepEqual(asked, ['GET /v1/sessions?general=triage-general', 'GET /v1/sessions/show?id=dc0958']);
  assert.match((await call('pause', EVENT, 'triage-general')).out, /waits after the step it is at/);
  for (const order of ['resume', 'cancel']) assert.equal((await call(order, EVENT, '--by', 'bob')).code, 0);
  assert.equal((await call('steer', EVENT, 'mind the cache', '--slot', 'triage-general')).code, 0);
  assert.equal((await call('steer', EVENT)).code, 2);
  assert.deepEqual(bodies, [
    { id: EVENT, slot: 'triage-general', order: 'pause', by: 'ada' },
    { id: EVENT, order: 'resume', by: 'bob' },
    { id: EVENT, order: 'cancel', by: 'bob' },
    { id: EVENT, slot: 'triage-general', order: 'steer', text: 'mind the cache', by: 'ada' },
  ]);
});

test('cli / approvals / are listed and answered, each for one text', async (t) => {
  const bodies: unknown[] = [];
  const { socket, asked } = await operatorServer(t, {
    '/v1/approvals': json(APPROVALS),
    '/v1/approvals/say': (request, response, body) => {
      bodies.push(JSON.parse(body));
      json({ ...APPROVALS[0], state: 'approved', by: 'ada' })(request, response, body);
    },
  });
  const call = async (...words: string[]) => {
    const terminal = fakeTerminal({ env: { USER: 'ada' } });
    assert.equal(await runCli(['approvals', ...words, '--socket', socket], terminal), 0, words.join(' '));
    return terminal.out();
  };
  assert.match(await call('ls', '--all', '-o', 'name'), /^acme\/api#7 1f0c9a2b/);
  assert.match(await call('approve', 'acme/api#7', '1f0c9a2'), /development of issue #7 is approved by ada/);
  await call('deny', 'acme/web#12', '--reason', 'not now');
  assert.equal(asked[0], 'GET /v1/approvals?all=true');
  assert.deepEqual(bodies, [
    { subject: 'acme/api#7', verdict: 'approved', hash: '1f0c9a2', by: 'ada' },
    { subject: 'acme/web#12', verdict: 'denied', reason: 'not now', by: 'ada' },
  ]);
});

test('cli / dlq / what is not there ends with 3, also an event of which nothing was given up', async (t) => {
  const none = { ...EXPLAIN, tasks: EXPLAIN.tasks.filter(({ state }) => state !== 'dead') };
  const { socket } = await operatorServer(t, {
    '/v1/dlq/retry': problem(404, 'not-found', 'there is no dead letter of x', 'list them'),
    '/v1/explain': json(none),
  });
  assert.equal(await runCli(['dlq', 'retry', 'x', '--socket', socket], fakeTerminal()), 3);
  assert.equal(await runCli(['dlq', 'show', EVENT, '--socket', socket], fakeTerminal()), 3);
  assert.equal(await runCli(['dlq', 'retry', '--socket', socket], fakeTerminal()), 2);
  assert.equal(await runCli(['dlq'], fakeTerminal()), 2);
});

test('cli / dlq show / tells only what was given up', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/explain': json(EXPLAIN) });
  const terminal = fakeTerminal();
  assert.equal(await runCli(['dlq', 'show', EVENT, '--socket', socket], terminal), 0);
  assert.match(terminal.out(), /given up: the deadline of 24h is over/);
  assert.doesNotMatch(terminal.out(), /code-review-general/);
  const other = ['dlq', 'show', EVENT, 'security-general@prod-us', '--socket', socket];
  assert.equal(await runCli(other, fakeTerminal()), 3);
});

test('cli / replay / asks for one general, and with --dry-run for nothing but the route', async (t) => {
  const bodies: unknown[] = [];
  const { socket } = await operatorServer(t, {
    '/v1/replay': (request, response, body) => {
      bodies.push(JSON.parse(body));
      json(bodies.length === 1 ? REPLAY : DRY_REPLAY)(request, response, body);
    },
  });
  const [real, dry] = [fakeTerminal(), fakeTerminal()];
  assert.equal(await runCli(['replay', EVENT, '--socket', socket], real), 0);
  assert.equal(await runCli(['replay', EVENT, '--to', 'security', '--dry-run', '--socket', socket], dry), 0);
  assert.deepEqual(bodies, [{ id: EVENT }, { id: EVENT, to: 'security', dryRun: true }]);
  assert.match(real.out(), /^replay:\S+ replays github:/);
  assert.match(dry.out(), /^nothing was sent/);
});
