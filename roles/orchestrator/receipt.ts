import type { DistributionRecord } from '../../protocols/record.ts';

/** The answer to `POST /distribute`, in the first source document's shape (G02). */
export interface DistributionReceipt {
  readonly distribution_id: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly strategy: string;
  readonly assignments: readonly {
    /** `<general>-<cluster>`; only the general where it waits for any cluster. */
    readonly general: string;
    readonly cluster: string;
    /** dispatched: it is offered to the nodes of that cluster first · failed: nobody can take it yet. */
    readonly status: 'dispatched' | 'failed';
    readonly response: string;
  }[];
}

export function receiptOf(record: DistributionRecord): DistributionReceipt {
  const dispatched = record.slots.map(({ general, candidates }) => {
    const first = candidates.find(({ rank }) => rank === 0);
    const cluster = first?.cluster ?? '';
    const response = first === undefined ? 'nobody can take it' : `${first.peer}: ${first.reason}`;
    return { general: `${general}-${cluster}`, cluster, status: 'dispatched' as const, response };
  });
  const waiting = record.waiting.map(({ general, cluster, reason }) => ({
    general: cluster === undefined ? general : `${general}-${cluster}`,
    cluster: cluster ?? '',
    status: 'failed' as const,
    response: `waits: ${reason}`,
  }));
  return {
    distribution_id: `dist-${record.eventId}`,
    timestamp: new Date(record.at).toISOString(),
    strategy: record.strategy,
    assignments: [...dispatched, ...waiting],
  };
}
