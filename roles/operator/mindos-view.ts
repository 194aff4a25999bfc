import type { PeerId } from '../../protocols/ids.ts';
import type { DistributeResult, DistributionLine, MindosStatus } from '../../protocols/mindos.ts';
import type { GeneralView } from '../../protocols/operator.ts';
import type { DistributionRecord, SlotPlan } from '../../protocols/record.ts';
import type { Row } from '../replica/rows.ts';

type NameOf = (peer: PeerId) => string;

/** `GET /status` in the words of the first source document (docs/parity.md 037–041). */
export function mindosStatus(
  generals: readonly GeneralView[],
  distributions: { readonly total: number; readonly recent: readonly DistributionLine[] },
): MindosStatus {
  const clusters = [...new Set(generals.map(({ cluster }) => cluster))];
  const having = (status: GeneralView['status']) => generals.filter((general) => general.status === status).length;
  return {
    total_generals: generals.length,
    generals_by_cluster: Object.fromEntries(
      clusters.map((cluster) => [cluster, generals.filter((general) => general.cluster === cluster)]),
    ),
    generals_by_status: { active: having('active'), inactive: having('inactive'), busy: having('busy') },
    recent_distributions: [...distributions.recent],
    total_distributions: distributions.total,
  };
}

export function distributionLine(row: Row<'distributions'>, nameOf: NameOf): DistributionLine {
  const { eventId, at, kind, subject, rule, strategy, priority, revision, slots, waiting, by } = row;
  return {
    distribution_id: distributionId(at),
    event_id: eventId,
    timestamp: toText(at),
    ...{ kind, subject, rule, strategy, priority, revision },
    generals: [...slots],
    waiting: [...waiting],
    decided_by: nameOf(by),
  };
}

/** What `POST /distribute` answers (G02): the decision, which is recorded; what comes of it is told by `explain`. */
export function distributeResult(record: DistributionRecord, nameOf: NameOf): DistributeResult {
  return {
    distribution_id: distributionId(record.at),
    event_id: record.eventId,
    timestamp: toText(record.at),
    strategy: record.strategy,
    assignments: [
      ...record.slots.map((slot) => assignmentOf(slot, nameOf)),
      ...record.waiting.map(({ general, cluster = '', reason }) => ({
        general: fullName(general, cluster),
        cluster,
        status: 'failed' as const,
        response: `waits: ${reason}`,
      })),
    ],
  };
}

function assignmentOf(
  { general, cluster, candidates }: SlotPlan,
  nameOf: NameOf,
): DistributeResult['assignments'][number] {
  const first = candidates.find(({ rank }) => rank === 0);
  const where = cluster ?? first?.cluster ?? '';
  return {
    general: fullName(general, where),
    cluster: where,
    status: first === undefined ? 'failed' : 'dispatched',
    response: first === undefined ? 'nobody can be asked now' : `offered to ${nameOf(first.peer)}`,
  };
}

function fullName(general: string, cluster: string): string {
  return cluster === '' ? general : `${general}-${cluster}`;
}

function distributionId(at: number): string {
  return `dist-${at}`;
}

function toText(at: number): string {
  return new Date(at).toISOString();
}
