import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Launcher } from '../../daemon/dev/child.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import { waitFor } from '../support/wait-for.ts';
import { chanceOf } from './chance.ts';
import type { ChaosProxy } from './chaos-proxy.ts';
import { countKeys, judge, type Verdict } from './judge.ts';
import { planKills } from './kill-plan.ts';
import { Killer } from './killer.ts';
import { Outside } from './outside.ts';
import { type RateSender, startRateSender } from './rate-sender.ts';
import { Settlement } from './settlement.ts';
import { prepareMesh, TORTURE_NODES } from './torture-mesh.ts';
import { tortureWebhooks } from './webhooks.ts';

export interface MeshRunOptions {
  readonly dir: string;
  readonly launcher: Launcher;
  readonly seed: number;
  /** Acknowledged, at least. */
  readonly events: number;
  readonly kills: number;
  /** Posts a second. */
  readonly rate: number;
  readonly effects: boolean;
  readonly tell: (line: string) => void;
}

export interface MeshReport {
  readonly events: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  /** From the last kill until everything acknowledged before it has an outcome. */
  readonly caughtUpMs: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The stories of a few that something is wrong with. */
  readonly suspects: readonly string[];
}

const nodesOf = (role: string) => TORTURE_NODES.filter((node) => node.role === role).map(({ name }) => name);
const INGEST = 'ingest';
const BOSSES = nodesOf('orchestrator');
const HANDS = nodesOf('general');

/** When nothing more has an outcome for so long the mesh is at rest: longer than a lease, and than most pauses between tries. */
const REST_MS = 180_000;
/** Surplus writes are taken away by whoever finds them. */
const CONVERGE_MS = 60_000;
/** Kills begin when events flow, and end before the last event: who is up at the end has something to catch up with. */
const KILLS_FROM = 0.03;
const KILLS_UNTIL = 0.97;
const TELL_MS = 5_000;
/** What the promise says. */
const CATCH_UP_MS = 5_000;
/** Stories told at the end. */
const SHOWN = 3;

/** Events flow at a rate, processes die, links break; at the end it is counted what came of everything that was acknowledged. */
export async function runMesh(options: MeshRunOptions): Promise<MeshReport> {
  const { dir, seed, launcher, effects, tell } = options;
  const chance = chanceOf(seed);
  const outside = new Outside(chance.branch('outside'));
  await outside.listen();
  const { mesh, proxies } = await prepareMesh({ dir, launcher, effects }, { outside, chance: chance.branch('links') });
  const settlement = new Settlement(mesh, BOSSES);
  try {
    mesh.startAll();
    await mesh.ready();
    tell(`torture: ${mesh.nodes.length} daemons are up behind ${proxies.length} proxies`);
    settlement.follow();
    const run = { options, outside, mesh, proxies, settlement, chance };
    return await rest({ ...run, ...(await suffer(run)) });
  } finally {
    settlement.stop();
    await mesh.stop(5_000);
    for (const proxy of proxies) proxy.close();
    outside.close();
  }
}

interface Run {
  readonly options: MeshRunOptions;
  readonly outside: Outside;
  readonly mesh: Awaited<ReturnType<typeof prepareMesh>>['mesh'];
  readonly proxies: readonly ChaosProxy[];
  readonly settlement: Settlement;
  readonly chance: ReturnType<typeof chanceOf>;
}

interface Suffered {
  readonly sender: RateSender;
  readonly killer: Killer;
  readonly caughtUp: CaughtUp;
}

interface CaughtUp {
  readonly ms: number;
  /** The stories of a few that took longer than is promised, as they stood then. */
  readonly slow: readonly string[];
}

async function suffer(run: Run): Promise<Suffered> {
  const { options, outside, mesh, proxies, settlement, chance } = run;
  const { events, kills, rate, effects, dir, tell } = options;
  const sender = startRateSender({
    url: mesh.url(INGEST),
    secret: mesh.secret,
    rate,
    next: tortureWebhooks(chance.branch('events')),
  });
  const killer = new Killer({ mesh, outside, chance: chance.branch('starts'), dir });
  const telling = setInterval(() => {
    const open = settlement.open(idsOf(sender)).length;
    const count = sender.acknowledged.length;
    tell(`torture: ${count} of ${events} acknowledged, ${killer.kills} of ${kills} kills, ${open} open`);
  }, TELL_MS);
  try {
    const plan = planKills({ kills, ingest: INGEST, bosses: BOSSES, hands: HANDS, effects }, chance.branch('kills'));
    for (const planned of plan) {
      if (killer.kills >= kills) break;
      const share = KILLS_FROM + ((KILLS_UNTIL - KILLS_FROM) * killer.kills) / kills;
      await reached(sender, events * share);
      await killer.kill(planned);
    }
    for (const proxy of proxies) proxy.calm();
    const [caughtUp] = await Promise.all([catchUp(run, sender, killer), reached(sender, events)]);
    return { sender, killer, caughtUp };
  } finally {
    clearInterval(telling);
    await sender.stop();
  }
}

/** How long after the last kill everything that was acknowledged before it has an outcome; events go on coming in. */
async function catchUp({ options, settlement }: Run, sender: RateSender, { lastKillAt }: Killer): Promise<CaughtUp> {
  const before = sender.acknowledged.filter(({ at }) => at < lastKillAt).map(({ delivery }) => delivery);
  const late = await settlement.wait(before, { deadlineMs: lastKillAt + CATCH_UP_MS - performance.now() });
  const slow = late.slice(0, SHOWN).map((delivery) => explain(options, eventIdOf('github', delivery)));
  await settlement.wait(late, { idleMs: REST_MS });
  return { ms: Math.round(performance.now() - lastKillAt), slow };
}

/** The rate is known, so a mesh that takes in less than a tenth of it is stuck. */
function reached(sender: RateSender, count: number): Promise<boolean> {
  return waitFor(`${Math.round(count)} acknowledged events`, () => sender.acknowledged.length >= count, 600_000);
}

async function rest(run: Run & Suffered): Promise<MeshReport> {
  const { options, outside, mesh, settlement, sender, killer, caughtUp } = run;
  const all = idsOf(sender);
  const open = await settlement.wait(all, { idleMs: REST_MS });
  options.tell(`torture: at rest; ${open.length} of ${all.length} acknowledged events have no outcome`);
  await killer.allUp();
  await converge(outside);
  const stories = await storiesOf(run, all);
  const verdict = judge({ acknowledged: all, stories, comments: outside.comments(), effects: options.effects });
  return {
    events: all.length,
    kills: killer.kills,
    lost: verdict.lost.length + verdict.unwritten.length,
    doubled: verdict.doubled.length,
    caughtUpMs: caughtUp.ms,
    details: { ...detailsOf(run, stories), unwritten: verdict.unwritten.length, logs: await logsOf(mesh) },
    suspects: [...suspectsOf(verdict, stories).map((id) => explain(options, id)), ...caughtUp.slow],
  };
}

const idsOf = ({ acknowledged }: RateSender) => acknowledged.map(({ delivery }) => delivery);

async function converge(outside: Outside): Promise<void> {
  const isSingle = () => [...countKeys(outside.comments()).values()].every((count) => count === 1);
  await waitFor('surplus writes to be taken away', isSingle, CONVERGE_MS).catch(() => undefined);
}

async function storiesOf({ mesh }: Run, deliveries: readonly string[]): Promise<Map<string, ExplainView>> {
  const stories = new Map<string, ExplainView>();
  for (const delivery of deliveries) {
    const id = eventIdOf('github', delivery);
    const story = await mesh
      .client(BOSSES[0] ?? '')
      .explain(id)
      .catch(() => undefined);
    if (story !== undefined) stories.set(id, story);
  }
  return stories;
}

function detailsOf({ options, outside, proxies, sender, killer }: Run & Suffered, stories: Map<string, ExplainView>) {
  const links = { connections: 0, cut: 0, stall: 0, half: 0 };
  for (const { counts } of proxies) {
    for (const key of ['connections', 'cut', 'stall', 'half'] as const) links[key] += counts[key];
  }
  const outcomes: Record<string, number> = {};
  for (const { settled } of stories.values()) {
    const outcome = settled?.outcome ?? 'none';
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const tasks = [...stories.values()].flatMap((story) => story.tasks);
  // Of one orchestrator since its last start: enough to see whether somebody is asked in vain again and again.
  const offers = tasks.map((task) => task.offers.length);
  const asked = { offers: offers.reduce((sum, count) => sum + count, 0), mostForOne: Math.max(0, ...offers) };
  const repeats = tasks.filter(({ attempts }) => attempts.length > 1).length;
  const killed = Object.fromEntries([...killer.counts].sort());
  const latencyMs = quantiles(
    [...stories.values()].flatMap(({ receivedAt, settled }) => (settled ? settled.at - receivedAt : [])),
  );
  const { seed, rate } = options;
  const { failed } = sender;
  return {
    seed,
    rate,
    refused: failed,
    outcomes,
    latencyMs,
    tasks: tasks.length,
    asked,
    repeats,
    killed,
    links,
    outside: { ...outside.counts },
  };
}

function quantiles(values: readonly number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}

/** Records on each node: the same everywhere once all is at rest. */
async function logsOf(mesh: Run['mesh']): Promise<Record<string, number>> {
  const counts = mesh.nodes.map(async ({ name }) => [name, (await mesh.status(name)).log.records] as const);
  return Object.fromEntries(await Promise.all(counts));
}

function suspectsOf({ lost, unwritten, doubled }: Verdict, stories: Map<string, ExplainView>): string[] {
  const twice = [...stories.values()].filter(({ tasks }) =>
    tasks.some(({ effects = [] }) => effects.some(({ key }) => doubled.includes(key))),
  );
  const ids = [...lost, ...unwritten].map((delivery) => `github:${delivery}`);
  return [...new Set([...ids, ...twice.map(({ eventId }) => eventId)])].slice(0, SHOWN);
}

/** What a person would ask: the story of an event, as one of the nodes tells it. */
function explain({ dir, launcher: { command, args } }: MeshRunOptions, eventId: string): string {
  const { socket } = filesOf(join(dir, BOSSES[0] ?? ''));
  const told = spawnSync(command, [...args, 'explain', eventId, '--socket', socket, '-o', 'wide'], {
    encoding: 'utf8',
  });
  return `${told.stdout}${told.stderr}`;
}
