import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatEvent } from '../../../../daemon/cli/events-tail.ts';
import { FORMATS, type Look, type Rendering } from '../../../../daemon/cli/output/look.ts';
import { COLOURS, PLAIN } from '../../../../daemon/cli/output/paint.ts';
import { render } from '../../../../daemon/cli/output/render.ts';
import { versionRendering } from '../../../../daemon/cli/version.ts';
import { approvalRendering, approvalsRendering } from '../../../../daemon/cli/views/approvals.ts';
import { backupRendering, restoreRendering } from '../../../../daemon/cli/views/backup.ts';
import { checkRendering } from '../../../../daemon/cli/views/check.ts';
import { checkedRendering } from '../../../../daemon/cli/views/checked.ts';
import { configRendering, keyRendering } from '../../../../daemon/cli/views/config.ts';
import {
  changeRendering,
  deadLetterRendering,
  deadLettersRendering,
} from '../../../../daemon/cli/views/dead-letters.ts';
import { emittedRendering } from '../../../../daemon/cli/views/emitted.ts';
import { evaluationRendering } from '../../../../daemon/cli/views/evaluation.ts';
import { eventsRendering } from '../../../../daemon/cli/views/events.ts';
import { explainRendering } from '../../../../daemon/cli/views/explain.ts';
import { generalsRendering } from '../../../../daemon/cli/views/generals.ts';
import { keygenRendering } from '../../../../daemon/cli/views/keygen.ts';
import { locksRendering } from '../../../../daemon/cli/views/locks.ts';
import { newGeneralRendering } from '../../../../daemon/cli/views/new-general.ts';
import { peersRendering } from '../../../../daemon/cli/views/peers.ts';
import { pingRendering } from '../../../../daemon/cli/views/ping.ts';
import { replayedRendering } from '../../../../daemon/cli/views/replayed.ts';
import { routeTestRendering } from '../../../../daemon/cli/views/route-test.ts';
import { routesRendering } from '../../../../daemon/cli/views/routes.ts';
import { orderedRendering, sessionRendering, sessionsRendering } from '../../../../daemon/cli/views/sessions.ts';
import { statusRendering } from '../../../../daemon/cli/views/status.ts';
import { tasksRendering } from '../../../../daemon/cli/views/tasks.ts';
import { usageRendering } from '../../../../daemon/cli/views/usage.ts';
import type { EvalCaseView } from '../../../../protocols/eval-view.ts';
import { slotOf } from '../../../../protocols/ids.ts';
import { APPROVALS, SESSION, SESSIONS } from './fixture-people.ts';
import {
  EVENT,
  EVENTS,
  EXPLAIN,
  EXPLAIN_MODEL,
  EXPLAIN_NEW,
  GENERALS,
  NOW,
  PEERS,
  PINGS,
  REVIEWERS,
  ROUTE_TEST,
  ROUTES,
  STATUS,
  WELL,
} from './fixture-views.ts';
import { DEAD, DEAD_LETTERS, DRY_REPLAY, EXPLAIN_WORK, LOCKS, REPLAY, TASKS, USAGE } from './fixture-work.ts';
import { assertGolden } from './golden.ts';

const LOOK: Omit<Look, 'wide'> = { paint: PLAIN, width: undefined, now: NOW };

const ABOUT_BACKUP = {
  node: 'aggregator',
  peer: REVIEWERS,
  org: 'acme',
  version: '0.1.0',
  madeAt: NOW,
  logs: 3,
  records: 1_234,
};

/** Every command that prints a view, with a view of every turn it can take. */
const EVALUATED: readonly EvalCaseView[] = [
  {
    id: 'leaked',
    passed: true,
    problems: [],
    engine: 'model',
    promptTokens: 900,
    completionTokens: 100,
    costUsd: 0.0021,
  },
  {
    ...{ id: 'slow', passed: false, problems: ['sets no label, not one of bug'], engine: 'offline-rules' },
    ...{ promptTokens: 0, completionTokens: 0, costUsd: 0 },
  },
];

const SHOWN: Readonly<Record<string, (format: (typeof FORMATS)[number]) => Promise<string>>> = {
  status: shown(statusRendering, STATUS),
  'status-well': shown(statusRendering, WELL),
  peers: shown(peersRendering, PEERS),
  ping: shown(pingRendering, PINGS),
  generals: shown(generalsRendering, GENERALS),
  routes: shown(routesRendering, ROUTES),
  'routes-test': shown(routeTestRendering, ROUTE_TEST),
  events: shown(eventsRendering, EVENTS),
  'events-none': shown(eventsRendering, []),
  explain: shown(explainRendering, EXPLAIN),
  'explain-model': shown(explainRendering, EXPLAIN_MODEL),
  'explain-new': shown(explainRendering, EXPLAIN_NEW),
  'explain-work': shown(explainRendering, EXPLAIN_WORK),
  tasks: shown(tasksRendering, TASKS),
  locks: shown(locksRendering, LOCKS),
  'locks-none': shown(locksRendering, []),
  usage: shown(usageRendering, USAGE),
  'usage-none': shown(usageRendering, { ...USAGE, by: 'day', lines: [] }),
  'dlq-ls': shown(deadLettersRendering, DEAD_LETTERS),
  'dlq-show': shown(deadLetterRendering, DEAD),
  'dlq-retry': shown(changeRendering('tried anew'), { eventId: EVENT, slots: [slotOf('triage-general')] }),
  'dlq-drop': shown(changeRendering('dropped'), { eventId: EVENT, slots: [slotOf('triage-general')] }),
  'sessions-ls': shown(sessionsRendering, SESSIONS),
  'sessions-show': shown(sessionRendering, SESSION),
  'sessions-pause': shown(orderedRendering, { order: 'pause', eventId: EVENT, slots: [slotOf('triage-general')] }),
  'sessions-steer': shown(orderedRendering, { order: 'steer', eventId: EVENT, slots: [slotOf('triage-general')] }),
  'approvals-ls': shown(approvalsRendering, APPROVALS),
  'approvals-approve': shown(approvalRendering, {
    subject: 'acme/api#7',
    textHash: '1f0c9a2b'.repeat(8),
    state: 'approved',
    what: 'development of issue #7',
    at: NOW,
    by: 'ada',
  }),
  replay: shown(replayedRendering, REPLAY),
  'replay-dry-run': shown(replayedRendering, DRY_REPLAY),
  emit: shown(emittedRendering, { status: 202, delivery: 'd', message: 'accepted', event_id: EVENT }),
  'emit-twice': shown(emittedRendering, {
    status: 200,
    delivery: 'd',
    message: 'accepted',
    event_id: EVENT,
    duplicate: true,
  }),
  'emit-ignored': shown(emittedRendering, { status: 204, delivery: 'd', message: 'not an event that is taken' }),
  'generals-eval': shown(evaluationRendering, [
    { general: 'security-general', passed: 1, passMark: 0.9, ok: true, cases: EVALUATED.slice(0, 1) },
    { general: 'triage-general', passed: 0, passMark: 0.9, ok: false, cases: EVALUATED.slice(1) },
  ]),
  'generals-new': shown(newGeneralRendering, {
    name: 'billing-general',
    dir: '/etc/mindmesh/generals',
    files: ['/etc/mindmesh/generals/billing-general/manifest.json'],
    specialisation: 'billing',
  }),
  keygen: shown(keygenRendering, { peer: REVIEWERS, file: '/var/lib/mindmesh/node.key', created: true }),
  backup: shown(backupRendering, { ...ABOUT_BACKUP, file: '/b.gz', bytes: 123_456, sha256: 'abc', key: true }),
  restore: shown(restoreRendering, { ...ABOUT_BACKUP, dataDir: '/d', key: true, keyFile: '/d/node.key' }),
  'restore-stranger': shown(restoreRendering, { ...ABOUT_BACKUP, dataDir: '/d', key: false }),
  'check-rebuilt': shown(checkRendering, {
    dataDir: '/d',
    logs: 2,
    records: 40,
    heads: 9,
    problems: [],
    behind: [],
    rebuilt: 40,
  }),
  check: shown(checkRendering, { dataDir: '/d', logs: 2, records: 40, heads: 9, problems: [], behind: [] }),
  'check-damaged': shown(checkRendering, {
    dataDir: '/d',
    logs: 2,
    records: 40,
    heads: 9,
    problems: [{ log: 'x/y', problem: 'record 7 is missing' }],
    behind: ['x/z'],
  }),
  'config-view': shown(configRendering, [
    { key: 'node.org', value: 'acme', source: 'mindmesh.yaml:2' },
    { key: 'mesh.port', value: 7946, source: 'default' },
    { key: 'node.roles', value: ['aggregator', 'general'], source: '--role' },
    { key: 'mesh.peers', value: [], source: 'default' },
    { key: 'model.apiKey', value: { env: 'OPENAI_API_KEY' }, source: '$OPENAI_API_KEY' },
  ]),
  'config-explain': shown(keyRendering, {
    key: 'mesh.port',
    help: 'TCP port for peers; 0 takes a free one.',
    takes: 'port',
    default: 7946,
    value: 7000,
    source: 'mindmesh.yaml:9',
    flags: ['--mesh-port PORT'],
    variables: ['MINDMESH_MESH_LISTEN_PORT'],
  }),
  'config-validate': shown(checkedRendering, {
    valid: true,
    file: '/etc/mm.yaml',
    name: 'n',
    org: 'acme',
    cluster: 'prod-us',
    roles: ['general'],
  }),
  version: shown(versionRendering, { version: '0.1.0', node: '26.10.0' }),
  'events-tail': async (format) => {
    const lines = EVENTS.map((event) => formatEvent(event, format, { ...LOOK, wide: format === 'wide' }));
    return (await Promise.all(lines)).join('');
  },
};

function shown<T>(rendering: Rendering<T>, view: T): (format: (typeof FORMATS)[number]) => Promise<string> {
  return (format) => render(view, format, rendering, LOOK);
}

for (const [name, show] of Object.entries(SHOWN)) {
  for (const format of FORMATS) {
    test(`cli / views / ${name} as ${format} is as it was agreed`, async () => {
      assertGolden(`${name}.${format}.txt`, await show(format));
    });
  }
}

test('cli / views / on a terminal a view is coloured and cut to the window, and says the same', () => {
  const text = explainRendering.table(EXPLAIN, { ...LOOK, paint: COLOURS, width: 80, wide: false });
  assertGolden('explain.terminal.txt', text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
  const plain = text.replace(/\u001b\[\d+m/g, '');
  assert.ok(plain.includes('workflow changed'));
});

test('cli / views / a table fits a narrow window', () => {
  const text = generalsRendering.table(GENERALS, { ...LOOK, width: 72, wide: false });
  for (const line of text.trimEnd().split('\n')) assert.ok([...line].length <= 72, line);
});

test('cli / views / what others wrote cannot steer the terminal', () => {
  const evil = 'a\u001b]0;title\u0007\u001b[2J\u202eb\nc';
  const view = { ...EXPLAIN, title: evil, subject: evil, actor: evil };
  const text = explainRendering.table(view, { ...LOOK, wide: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  const lines = eventsRendering.table([{ ...EVENTS[0], subject: evil } as (typeof EVENTS)[0] & object], {
    ...LOOK,
    wide: false,
  });
  assert.equal(lines.trimEnd().split('\n').length, 2);
});
