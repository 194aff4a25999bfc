import { BenchMesh } from '../nodes/bench-mesh.ts';
import type { Traced } from '../nodes/messages.ts';
import { AGGREGATOR, GENERAL, ONE_TASK_EACH, ORCHESTRATOR } from '../nodes/task-mesh.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';

export interface LatencyOptions {
  readonly events: number;
  readonly tell: (line: string) => void;
}

export interface LatencyReport {
  readonly case: 'latency';
  readonly events: number;
  /** Milliseconds between two events. */
  readonly everyMs: number;
  readonly bytes: number;
  /** From the event's record synced at the aggregator, which is what answers 202, to the same at the orchestrator; ms. */
  readonly acknowledgedToOrchestrator: Percentiles;
  /** From the call that appends it to that sync at the aggregator. */
  readonly appendToAcknowledged: Percentiles;
}

const EVERY_MS = 10;
const BYTES = 1_024;
/** At most, in which the code of three fresh processes is compiled. */
const WARMUP_EVENTS = 500;

/** An aggregator, an orchestrator and a general which works on every event meanwhile: three processes on one machine. */
export async function runLatency({ events, tell }: LatencyOptions): Promise<LatencyReport> {
  const mesh = await BenchMesh.start({ nodes: [AGGREGATOR, ORCHESTRATOR, GENERAL], overrides: ONE_TASK_EACH });
  try {
    const [aggregator, orchestrator] = [mesh.node(AGGREGATOR.name), mesh.node(ORCHESTRATOR.name)];
    const job = { inFlight: 1, everyMs: EVERY_MS, bytes: BYTES };
    await aggregator.ask('append', { ...job, count: Math.min(events, WARMUP_EVENTS) });
    for (const node of [aggregator, orchestrator]) await node.ask('trace', { types: ['event'] });
    const { epoch, origin, length, lastEventId, calledAt } = await aggregator.ask('append', { ...job, count: events });
    await orchestrator.ask('reach', { epoch, origin, length, lastEventId });
    const [there, here] = [await aggregator.ask('traced', {}), await orchestrator.ask('traced', {})];
    const report: LatencyReport = {
      case: 'latency',
      events,
      everyMs: EVERY_MS,
      bytes: BYTES,
      acknowledgedToOrchestrator: percentilesOf(differences(timesOf(there), timesOf(here))),
      appendToAcknowledged: percentilesOf(differences(calledAt, timesOf(there))),
    };
    const { p50, p99 } = report.acknowledgedToOrchestrator;
    tell(`acknowledged → at the orchestrator: p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms, ${events} events`);
    return report;
  } finally {
    await mesh.stop();
  }
}

function timesOf({ events }: Traced): ReadonlyMap<string, number> {
  return new Map([...events].flatMap(([id, { event }]) => (event === undefined ? [] : [[id, event] as const])));
}

/** For each event that both know. */
function differences(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): number[] {
  return [...from].flatMap(([id, start]) => {
    const end = to.get(id);
    return end === undefined ? [] : [end - start];
  });
}
