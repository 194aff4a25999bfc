import { BenchMesh } from '../nodes/bench-mesh.ts';
import type { BenchNode } from '../nodes/bench-node.ts';
import { round } from '../percentiles.ts';
import { cpuSeconds } from '../process-cpu.ts';

export interface CatchUpOptions {
  readonly records: number;
  /** Folder for profiles of both processes. */
  readonly profileDir?: string;
  readonly tell: (line: string) => void;
}

export interface CatchUpReport {
  readonly case: 'catch-up';
  readonly records: number;
  readonly bytes: number;
  /** From the first connection of the two until every record is verified and synced, seconds. */
  readonly syncedSeconds: number;
  /** The same until the tables made from them have the last one. */
  readonly projectedSeconds: number;
  readonly recordsPerSecond: number;
  /** Of a record, from the start of the reader until its tables are done, microseconds; absent where the system does not tell. */
  readonly cpuMicros?: { readonly writer: number; readonly reader: number };
}

const BYTES = 1_000;
/** Enough to fill commit groups while the log is made. */
const IN_FLIGHT = 512;
const WRITER = { name: 'writer', role: 'aggregator', generals: [] } as const;
const READER = { name: 'reader', role: 'aggregator', generals: [] } as const;
/** Without a secret no webhook is served, and no thread waits for any. */
const OVERRIDES = { ingest: { github: { secrets: [] } } };

/** A node that starts empty beside one that has a long log: both aggregators, which do nothing with what others took in. */
export async function runCatchUp({ records, profileDir, tell }: CatchUpOptions): Promise<CatchUpReport> {
  const mesh = await BenchMesh.prepare({
    nodes: [WRITER, READER],
    overrides: OVERRIDES,
    ...(profileDir !== undefined && { profileDir }),
  });
  try {
    const writer = await mesh.startNode(WRITER.name);
    tell(`writing ${records} records of ${BYTES} bytes`);
    const appended = await writer.ask('append', { count: records, inFlight: IN_FLIGHT, bytes: BYTES });
    const before = cpuSeconds([writer.pid]);
    const reader = await mesh.startNode(READER.name);
    const { connectedAt, syncedAt, projectedAt } = await reader.ask('reach', appended);
    const report: CatchUpReport = {
      case: 'catch-up',
      records,
      bytes: BYTES,
      syncedSeconds: round((syncedAt - connectedAt) / 1_000),
      projectedSeconds: round((projectedAt - connectedAt) / 1_000),
      recordsPerSecond: Math.round((records * 1_000) / (syncedAt - connectedAt)),
      ...cpuOf({ writer, reader }, before, records),
    };
    tell(`${records} records: synced after ${report.syncedSeconds} s, projected after ${report.projectedSeconds} s`);
    return report;
  } finally {
    await mesh.stop();
  }
}

function cpuOf(nodes: { readonly writer: BenchNode; readonly reader: BenchNode }, before = Number.NaN, records = 1) {
  const [writer, reader] = [cpuSeconds([nodes.writer.pid]), cpuSeconds([nodes.reader.pid])];
  if (writer === undefined || reader === undefined || Number.isNaN(before)) return {};
  const each = (seconds: number) => round((seconds * 1e6) / records, 1);
  return { cpuMicros: { writer: each(writer - before), reader: each(reader) } };
}
