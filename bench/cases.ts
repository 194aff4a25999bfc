import { runAgents } from './agents/agents.ts';
import { runCatchUp } from './catch-up/catch-up.ts';
import { runDispatch } from './dispatch/dispatch.ts';
import { runFanOut } from './fan-out/fan-out.ts';
import { runFootprint } from './footprint.ts';
import { runIngest } from './ingest/ingest.ts';
import { reportOf } from './ingest/report.ts';
import { runLatency } from './latency/latency.ts';
import type { BenchOptions } from './options.ts';
import { runRetrieval } from './retrieval/retrieval.ts';
import { runSoak } from './soak/soak.ts';

/** Something that can be measured. */
export interface Case<R extends { readonly case: string }> {
  /** What it measures, for the usage. */
  readonly about: string;
  run(options: BenchOptions): Promise<R>;
}

/** In the order of the document. */
export const CASES = {
  ingest: {
    about: 'webhooks taken in, durable, against Probot and against fastify that stores nothing',
    run: async (options) => reportOf(await runIngest(options)),
  },
  dispatch: {
    about: 'a durable task there and its durable result back, against BullMQ and JetStream',
    run: (options) => runDispatch(options),
  },
  latency: {
    about: 'from an event acknowledged at the aggregator to its record at the orchestrator',
    run: ({ events, tell }) => runLatency({ events: events || 1_000, tell }),
  },
  agents: {
    about: 'from a webhook acknowledged to the question at the model, and to the review at GitHub',
    run: ({ events, tell }) => runAgents({ events: events || 100, tell }),
  },
  'catch-up': {
    about: 'a node that starts empty gets a long log: until it is verified and synced, and until its tables are made',
    run: (options) => runCatchUp(options),
  },
  'fan-out': {
    about: 'one event to many nodes, beside NATS with as many subscribers',
    run: ({ events, nodes, tell }) => runFanOut({ events: events || 100, nodes, tell }),
  },
  soak: {
    about: 'many events from the webhook to the end of their tasks, with a short retention: memory and disk',
    run: ({ events, keepSeconds, tell }) => runSoak({ events: events || 20_000, keepSeconds, tell }),
  },
  retrieval: {
    about: 'how well the subject of a commit finds the files it changed, in a repository of any kind',
    run: ({ repo, at, commits, tell }) => runRetrieval({ repo, at, commits, tell }),
  },
  footprint: {
    about: 'start, rejoin after a kill, `mindmesh status` and memory of the released bundle',
    run: () => runFootprint(),
  },
} as const satisfies Record<string, Case<{ readonly case: string }>>;

export type CaseName = keyof typeof CASES;
export type Reports = { readonly [N in CaseName]: Awaited<ReturnType<(typeof CASES)[N]['run']>> };

export function isCase(name: string): name is CaseName {
  return Object.hasOwn(CASES, name);
}
