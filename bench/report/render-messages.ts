import type { AgentsReport } from '../agents/agents.ts';
import type { DispatchLevel, DispatchReport, DispatchSummary } from '../dispatch/dispatch.ts';
import type { FanOutReport, FanOutTimes } from '../fan-out/fan-out.ts';
import type { LatencyReport } from '../latency/latency.ts';
import type { Percentiles } from '../percentiles.ts';
import { number, table } from './markdown.ts';

export function dispatchSection(report: DispatchReport): string {
  const rows = Object.entries(report.inFlight).flatMap(([inFlight, level]) => rowsOf(inFlight, level));
  const parts = Object.entries(report.inFlight).map(
    ([
      inFlight,
      {
        ours: { dispatch, whole },
      },
    ]) => [
      inFlight,
      `${number(dispatch.p50)} / ${number(dispatch.p99)}`,
      `${number(whole.p50)} / ${number(whole.p99)}`,
    ],
  );
  const stages = Object.entries(report.stages).map(([stage, ms]) => [stage, number(ms)]);
  return `A task of ${report.taskBytes} bytes is submitted, made durable, reaches a worker, and its durable result is known to who submitted it. Ours: an orchestrator, in which
events are submitted, and a node with one general that answers by rules; event, distribution, accepted, done and settled are
records, each synced on both nodes. Target: 4 × BullMQ with the most in flight, p50 ≤ 1.2 ms with one.

${table(['in flight', 'who', 'tasks/s', 'ours ÷ it', 'p50 / p99 ms', 'CPU a task, µs'], rows)}

Ours in parts: (a) the dispatch path, from the synced event record to the synced result at the orchestrator, and (b) everything, from the
submission to the synced end of the event.

${table(['in flight', '(a) p50 / p99 ms', '(b) p50 / p99 ms'], parts)}

With one in flight, from the submission until a record is synced, the middle of all tasks:

${table(['record', 'ms'], stages)}

How each was made to keep what it acknowledges: ${Object.entries(report.sync)
    .map(([name, sync]) => `${name}: \`${sync}\``)
    .join('; ')}. BullMQ speaks to Redis through its adapter for Bun's client, with the smallest client
that fits it (\`bench/dispatch/processes/redis-client.ts\`).`;
}

function rowsOf(inFlight: string, { ours, peers, ratios }: DispatchLevel): string[][] {
  return [['ours', ours] as const, ...Object.entries(peers)].map(([name, summary]) => [
    inFlight,
    name,
    number(summary.perSecond),
    ratios[name] === undefined ? '' : number(ratios[name]),
    `${number(summary.p50)} / ${number(summary.p99)}`,
    cpuOf(summary),
  ]);
}

function cpuOf({ cpuMicros = {} }: DispatchSummary): string {
  return Object.entries(cpuMicros)
    .map(([process, micros]) => `${process} ${number(micros)}`)
    .join(', ');
}

export function latencySection({ events, everyMs, acknowledgedToOrchestrator, ...rest }: LatencyReport): string {
  const { p50, p99 } = acknowledgedToOrchestrator;
  const append = rest.appendToAcknowledged;
  return `${number(events)} events, one every ${everyMs} ms, each worked on to its end meanwhile. Target: p50 ≤ 5 ms from acknowledged to the orchestrator.

${table(
  ['from', 'to', 'p50 / p99 ms'],
  [
    ['append', 'synced at the aggregator (acknowledged)', `${number(append.p50)} / ${number(append.p99)}`],
    ['acknowledged', 'verified and synced at the orchestrator', `${number(p50)} / ${number(p99)}`],
  ],
)}`;
}

export function agentsSection({
  events,
  acknowledgedToModel,
  acknowledgedToReview,
  whole,
  requests,
}: AgentsReport): string {
  const cell = ({ p50, p99 }: Percentiles) => `${number(p50)} / ${number(p99)}`;
  return `${number(events)} pull requests, one after the other, each reviewed by a general with a model and a GitHub in a process beside it
(${number(requests.model)} requests of the model, ${number(requests.github)} of GitHub for a review). Target: p50 ≤ 20 ms to the model, ≤ 60 ms to the review.

${table(
  ['from 202 to', 'without the time of', 'p50 / p99 ms'],
  [
    ['the question at the model', 'GitHub', cell(acknowledgedToModel)],
    ['the review at GitHub', 'GitHub and the model', cell(acknowledgedToReview)],
    ['the review at GitHub', '', cell(whole)],
  ],
)}`;
}

export function fanOutSection({ nodes, events, bytes, everyMs, ours, nats }: FanOutReport): string {
  const row = (name: string, { each, last }: FanOutTimes) => [
    name,
    `${number(each.p50)} / ${number(each.p99)}`,
    `${number(last.p50)} / ${number(last.p99)}`,
  ];
  return `${number(events)} events of ${bytes} bytes, one every ${everyMs} ms, from one process to ${nodes} others. Ours: each has verified and synced the record. NATS core keeps nothing;
JetStream stores it once, in its server (\`${nats.sync}\`), its subscribers store nothing. For comparison, not a target.

${table(
  ['who', 'until one has it, p50 / p99 ms', 'until the last has it, p50 / p99 ms'],
  [row('ours', ours), row('NATS core', nats.core), row('JetStream', nats.jetstream)],
)}`;
}
