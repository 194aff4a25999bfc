import type { CatchUpReport } from '../catch-up/catch-up.ts';
import type { FootprintReport } from '../footprint.ts';
import type { Level } from '../ingest/ingest.ts';
import type { IngestSummary } from '../ingest/report.ts';
import type { RetrievalReport } from '../retrieval/retrieval.ts';
import type { SoakSample } from '../soak/levelled.ts';
import type { SoakReport } from '../soak/soak.ts';
import { number, table } from './markdown.ts';

export function ingestSection({ variants }: IngestSummary): string {
  const rows = Object.entries(variants).flatMap(([variant, { connections }]) =>
    Object.entries(connections).map(([count, level]) => [variant, count, ...cellsOf(level)]),
  );
  const kept = Object.entries(variants).map(
    ([variant, { kept }]) => `${variant}: ${number(kept.acknowledged ?? 0)} acknowledged, ${kept.missing} missing`,
  );
  const head = ['variant', 'connections', 'ours', 'Probot', 'fastify', 'ours ÷ Probot', 'ours ÷ fastify'];
  return `Webhooks a second: verified, normalised and synced before the answer, against Probot, and against fastify which stores nothing.

${table([...head, 'our p50 / p99 ms', 'our CPU an event, µs'], rows)}

Read back after kill -9: ${kept.join('; ')}.`;
}

function cellsOf({ ours, peers, ratios }: Level): string[] {
  return [
    ...[ours, peers.probot, peers.fastify].map((summary) => number(summary?.perSecond ?? 0)),
    ...[ratios.probot, ratios.fastify].map((ratio) => number(ratio ?? 0)),
    `${number(ours.p50)} / ${number(ours.p99)}`,
    ours.cpuMicros === undefined ? '' : number(ours.cpuMicros),
  ];
}

export function catchUpSection(report: CatchUpReport): string {
  const { records, bytes, syncedSeconds, projectedSeconds, recordsPerSecond, cpuMicros } = report;
  const cpu =
    cpuMicros === undefined
      ? ''
      : ` A record costs the reader ${cpuMicros.reader} µs and the writer ${cpuMicros.writer} µs.`;
  return `${number(records)} missed records of ${bytes} bytes over libp2p on loopback, from the first connection. Target for 100 000: 1.5 s until verified and synced.

${table(
  ['until', 'seconds'],
  [
    ['every record is verified and synced', number(syncedSeconds)],
    ['the tables have the last one', number(projectedSeconds)],
  ],
)}

That is ${number(recordsPerSecond)} records a second.${cpu}`;
}

export function soakSection({ events, seconds, keepSeconds, samples, rule, levelled, verdict }: SoakReport): string {
  const cells = ({ seconds: at, events: count, heapMib, rssMib, diskMib }: SoakSample) =>
    [at, count, heapMib, rssMib, diskMib].map(number);
  return `${number(events)} webhooks in ${number(seconds)} s through an aggregator, an orchestrator and a general, settled events kept for ${keepSeconds} s. Sums over the three nodes:

${table(['seconds', 'events', 'heap MiB', 'resident MiB', 'disk MiB'], some(samples, 12).map(cells))}

**levelled: ${levelled}** (${Object.entries(verdict)
    .map(([what, is]) => `${what}: ${is}`)
    .join(', ')}). ${rule}`;
}

/** At most so many, evenly taken, the first and the last among them. */
export function some<T>(values: readonly T[], most: number): T[] {
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (values.length - 1)) / (most - 1)));
  return values.length <= most ? [...values] : values.filter((_, i) => places.includes(i));
}

export function footprintSection({ meshReadyMs, rejoinMs, statusMs, rssMib }: FootprintReport): string {
  const rows = Object.entries(rssMib).map(([node, mib]) => [node, number(rejoinMs[node] ?? 0), number(mib)]);
  return `Five nodes of the bundle are all in touch after ${number(meshReadyMs)} ms; \`mindmesh status\` as a whole process takes ${number(statusMs.median)} ms.

${table(['node', 'killed → connected with all, ms', 'resident memory, MiB'], rows)}`;
}

export function retrievalSection(report: RetrievalReport): string {
  const { repository, commits, files, language, code, withTests, newest, allLanguages } = report;
  const row = (name: string, { queries, recallAt10, anyAt10 }: RetrievalReport['code']) => [
    name,
    String(queries),
    recallAt10.toFixed(3),
    anyAt10.toFixed(3),
  ];
  return `The last ${number(commits)} commits of ${repository} (${number(files)} files), each asked for by its subject; [retrieval](retrieval.md) says how and names other repositories.

${table(
  ['among', 'questions', 'recall@10', 'any of the first ten'],
  [
    row(`code in ${language[0] ?? 'no language'}, before the commit`, code),
    row('the same with tests', withTests),
    row('the same with tests, at the newest commit', newest),
    row('code in all languages, before the commit', allLanguages),
  ],
)}

The first update takes ${number(report.firstUpdateMs)} ms, one after a commit ${number(report.nextUpdateMs)} ms and reads ${number(report.filesReadPerUpdate)} files; a search with snippets ${number(report.queryMs)} ms.`;
}
