import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './whole/run.ts';
import type { Fault, NodeSpec, Schedule } from './whole/schedule.ts';

/** The shortest stories of faults that the simulator found. */
const NODES: readonly NodeSpec[] = [
  { name: 'agg-us', cluster: 'us', role: 'aggregator', offers: [] },
  { name: 'orc-us', cluster: 'us', role: 'orchestrator', offers: [] },
  { name: 'orc-eu', cluster: 'eu', role: 'orchestrator', offers: [] },
  { name: 'gen-us', cluster: 'us', role: 'general', offers: ['review-general', 'product-general'] },
  { name: 'gen-eu', cluster: 'eu', role: 'general', offers: ['review-general', 'product-general'] },
];

/** A first event opens the streams; the second one meets the fault. */
function oneEvent(at: number, ...faults: readonly Fault[]): Schedule {
  const delivery = { id: 1, kind: 'pr_created', subject: 'acme/app#2', to: 'agg-us' } as const;
  const first = { ...delivery, at: 5_000, id: 0 };
  return { seed: 7, mode: 'swept', nodes: NODES, deliveries: [first, { ...delivery, at }], faults };
}

/** One body under two ids, taken in on two sides of a partition, of which one loses its disk. */
function oneBody(): Schedule {
  const { deliveries, nodes, ...rest } = oneEvent(20_000);
  const other: NodeSpec = { name: 'agg-eu', cluster: 'eu', role: 'aggregator', offers: [] };
  const [first, second] = deliveries;
  assert.ok(first && second);
  return {
    ...rest,
    nodes: [...nodes, other],
    deliveries: [
      first,
      { ...second, to: other.name },
      { ...second, at: 21_000, id: 2, repeats: { id: 1, as: 'same body' } },
    ],
    faults: [
      { type: 'partition', at: 10_000, ms: 60_000, nodes: [other.name], way: 'out' },
      { type: 'disk lost', at: 25_000, node: other.name, downMs: 10_000 },
    ],
  };
}

const STORIES: readonly { readonly id: string; readonly schedule: Schedule }[] = [
  {
    id: 'a general that is restored works off what it accepted after its backup',
    schedule: oneEvent(20_000, { type: 'restore', at: 20_300, node: 'gen-us', downMs: 10_000, ageMs: 4_000 }),
  },
  {
    id: 'a general that lost its disk works off what it had accepted',
    schedule: oneEvent(20_000, { type: 'disk lost', at: 20_300, node: 'gen-us', downMs: 10_000 }),
  },
  {
    id: 'a node whose clock was set back by an hour is known again after a restart',
    schedule: oneEvent(
      40_000,
      { type: 'clock', at: 10_000, node: 'gen-eu', byMs: -3_600_000 },
      { type: 'kill', at: 12_000, node: 'gen-eu', downMs: 2_000 },
    ),
  },
  {
    id: 'offers on a stream that carries nothing any more go on on another',
    schedule: oneEvent(
      20_600,
      { type: 'stall', at: 20_500, from: 'orc-us', to: 'gen-us' },
      { type: 'stall', at: 20_500, from: 'orc-eu', to: 'gen-us' },
    ),
  },
  {
    id: 'a sweeper whose clock was set back by an hour asks for what nobody took in',
    schedule: oneEvent(
      20_000,
      { type: 'clock', at: 18_000, node: 'agg-us', byMs: -3_600_000 },
      { type: 'kill', at: 19_000, node: 'agg-us', downMs: 3_000 },
    ),
  },
  { id: 'a body that was taken in twice, once on a disk that is gone, is there as one event', schedule: oneBody() },
];

for (const { id, schedule } of STORIES) {
  test(`simulator / a fault that was found / ${id}`, async () => {
    const { violations, events, trace } = await run(schedule);
    assert.deepEqual(violations, []);
    assert.equal(events, schedule.deliveries.length);
    assert.ok(trace.lines.some(({ what }) => /^writes (started|accepted .* and begins)/.test(what)));
  });
}
