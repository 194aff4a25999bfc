import type { BenchMeshOptions } from './bench-mesh.ts';

/** Of the kinds that ship this one answers an event without content soonest: no model, and rules that find nothing to weigh. */
const KIND = 'general-purpose';
/** More than is ever in flight: neither a full general nor its order is to be measured. */
const CAPACITY = 512;

/** One route and one general, so that each event of the bench is one task. */
export const ONE_TASK_EACH = {
  routing: { defaults: false },
  routes: [{ name: 'bench', match: { kind: ['other'] }, generals: [KIND], strategy: 'load_balanced' }],
  generals: [{ name: KIND, capacity: CAPACITY, concurrency: CAPACITY }],
};

type Node = BenchMeshOptions['nodes'][number];

export const ORCHESTRATOR: Node = { name: 'orchestrator', role: 'orchestrator', generals: [] };
export const GENERAL: Node = { name: 'general', role: 'general', generals: [KIND] };
export const AGGREGATOR: Node = { name: 'aggregator', role: 'aggregator', generals: [] };
