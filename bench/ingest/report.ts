import type { IngestReport, Level } from './ingest.ts';

/** The headline is the first variant at its highest number of connections; everything else stands below it. */
export function reportOf(report: IngestReport): IngestSummary {
  const [variant = '', first] = Object.entries(report)[0] ?? [];
  const [connections, level] = Object.entries(first?.connections ?? {}).at(-1) ?? [];
  const { ours, peers, ratios } = level ?? {};
  return {
    case: 'ingest',
    variant,
    connections: Number(connections),
    ...(ours && peers && ratios && { ours, peers, ratios }),
    kept: first?.kept ?? {},
    variants: report,
  };
}

export interface IngestSummary extends Partial<Level> {
  readonly case: 'ingest';
  readonly variant: string;
  readonly connections: number;
  readonly kept: Readonly<Record<string, number>>;
  readonly variants: IngestReport;
}
