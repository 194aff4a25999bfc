import { BenchMesh } from '../nodes/bench-mesh.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { type Arrivals, runNatsFanOut } from './nats.ts';

export interface FanOutOptions {
  readonly events: number;
  readonly nodes: number;
  readonly tell: (line: string) => void;
}

/** Milliseconds from the call that sends an event. */
export interface FanOutTimes {
  /** Until one receiver has it: over all receivers and events. */
  readonly each: Percentiles;
  /** Until the last receiver has it. */
  readonly last: Percentiles;
}

export interface FanOutReport {
  readonly case: 'fan-out';
  readonly nodes: number;
  readonly events: number;
  readonly everyMs: number;
  readonly bytes: number;
  /** A node has an event once its record is verified and synced there. */
  readonly ours: FanOutTimes;
  /** `core` keeps nothing; `jetstream` stores before it hands out, its receivers store nothing. */
  readonly nats: { readonly core: FanOutTimes; readonly jetstream: FanOutTimes; readonly sync: string };
}

const EVERY_MS = 100;
const BYTES = 1_024;
const WARMUP_EVENTS = 50;
const OVERRIDES = { ingest: { github: { secrets: [] } } };

/** One sender, and `nodes` receivers that are real nodes, a process each; beside it NATS with as many processes. */
export async function runFanOut({ events, nodes, tell }: FanOutOptions): Promise<FanOutReport> {
  const ours = fanOutTimes(await runOurs(events, nodes), nodes);
  const { core, jetstream, sync } = await runNatsFanOut({ events, receivers: nodes, everyMs: EVERY_MS, bytes: BYTES });
  const nats = { core: fanOutTimes(core, nodes), jetstream: fanOutTimes(jetstream, nodes), sync };
  for (const [name, { each, last }] of Object.entries({ ours, core: nats.core, jetstream: nats.jetstream })) {
    tell(`${nodes} nodes  ${name.padEnd(9)} each p50 ${each.p50} p99 ${each.p99} ms  last p50 ${last.p50} ms`);
  }
  return { case: 'fan-out', nodes, events, everyMs: EVERY_MS, bytes: BYTES, ours, nats };
}

async function runOurs(events: number, receivers: number): Promise<Arrivals> {
  const names = Array.from({ length: receivers + 1 }, (_, i) => `node-${i}`);
  const nodes = names.map((name) => ({ name, role: 'aggregator', generals: [] }) as const);
  const mesh = await BenchMesh.start({ nodes, overrides: OVERRIDES });
  try {
    const [sender, ...others] = mesh.nodes;
    if (sender === undefined) throw new Error('there is no sender');
    const job = { inFlight: 1, everyMs: EVERY_MS, bytes: BYTES };
    await sender.ask('append', { ...job, count: WARMUP_EVENTS });
    await Promise.all(others.map((node) => node.ask('trace', { types: ['event'] })));
    const appended = await sender.ask('append', { ...job, count: events });
    await Promise.all(others.map((node) => node.ask('reach', appended)));
    const traces = await Promise.all(others.map((node) => node.ask('traced', {})));
    const arrived = traces.map(({ events }) => new Map([...events].map(([id, { event = Number.NaN }]) => [id, event])));
    return { sentAt: appended.calledAt, arrived };
  } finally {
    await mesh.stop();
  }
}

/** @throws Error when an event did not arrive everywhere */
export function fanOutTimes({ sentAt, arrived }: Arrivals, receivers: number): FanOutTimes {
  const each: number[] = [];
  const last: number[] = [];
  for (const [id, start] of sentAt) {
    const times = arrived.flatMap((at) => at.get(id) ?? []).map((at) => at - start);
    if (times.length < receivers) throw new Error(`${id} arrived at ${times.length} of ${receivers} receivers`);
    each.push(...times);
    last.push(Math.max(...times));
  }
  return { each: percentilesOf(each), last: percentilesOf(last) };
}
