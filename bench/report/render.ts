import type { Reports } from '../cases.ts';
import type { Machine } from '../machine.ts';
import { agentsSection, dispatchSection, fanOutSection, latencySection } from './render-messages.ts';
import { catchUpSection, footprintSection, ingestSection, retrievalSection, soakSection } from './render-nodes.ts';

/** The last report of each case that was kept, with the machine it was measured on. */
export type Kept = { readonly [N in keyof Reports]?: Reports[N] & { readonly machine: Machine } };

const HEAD = `# Benchmarks

Written by \`npm run bench -- all --write\` from the report of each case (\`docs/benchmarks.json\`); do not edit.
Ratios come from one run with rounds interleaved, so that whatever else the machine did met everybody. Absolute times and rates belong to
the machine and the load that stand under each table. What to make of them is in [performance](performance.md).`;

/** docs/benchmarks.md. A case that was never kept says how to measure it. */
export function renderBenchmarks(kept: Kept): string {
  const sections = [
    section('ingest', 'Ingest', kept.ingest, ingestSection),
    section('dispatch', 'Durable task round trip', kept.dispatch, dispatchSection),
    section('latency', 'Latency to the orchestrator', kept.latency, latencySection),
    section('agents', 'Agents', kept.agents, agentsSection),
    section('catch-up', 'Catch-up', kept['catch-up'], catchUpSection),
    section('fan-out', 'Fan-out', kept['fan-out'], fanOutSection),
    section('soak', 'Soak', kept.soak, soakSection),
    section('retrieval', 'Retrieval', kept.retrieval, retrievalSection),
    section('footprint', 'Footprint', kept.footprint, footprintSection),
  ];
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

function section<R extends { readonly machine: Machine }>(
  name: string,
  title: string,
  report: R | undefined,
  render: (report: R) => string,
): string {
  const heading = `## ${title}: \`npm run bench -- ${name}\``;
  if (report === undefined) return `${heading}\n\nNot measured yet.`;
  return `${heading}\n\n${render(report)}\n\n${machineLine(report.machine)}`;
}

function machineLine({ date, node, kernel, cpus, model, memoryGib, load }: Machine): string {
  return `*${date}, Node ${node}, Linux ${kernel}, ${cpus} × ${model}, ${memoryGib} GiB; load of the machine before: ${load}.*`;
}
