import { compareText } from '../../protocols/ids.ts';
import type { GeneralView } from '../../protocols/operator.ts';
import type { OfferedGeneral } from '../../protocols/presence.ts';
import type { Member } from '../ports/roster.ts';

/** What a person said of a general, newest first or nothing at all. */
export type StatusOf = (cluster: string, general: string) => 'active' | 'inactive' | 'busy' | undefined;

/** Where the shipped manifests put generals (docs/parity.md 044). */
const NAMESPACE = 'agents';
const PORT = 8080;

/** Every general that a node of the mesh offers, one for each cluster, by cluster and name. */
export function generalViews(members: readonly Member[], statusOf: StatusOf): GeneralView[] {
  const groups = new Map<string, Replica[]>();
  for (const replica of members.flatMap(replicasOf)) {
    const key = `${replica.cluster}\u0000${replica.offer.name}`;
    groups.set(key, [...(groups.get(key) ?? []), replica]);
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, [first, ...rest]]) => (first === undefined ? [] : [generalView(first, [first, ...rest], statusOf)]));
}

interface Replica {
  readonly member: Member;
  readonly cluster: string;
  readonly offer: OfferedGeneral;
  readonly running: number;
  readonly queued: number;
  readonly capacity: number;
  /** It may be asked now. */
  readonly takes: boolean;
}

function replicasOf(member: Member): Replica[] {
  const { card, load, ready, draining } = member.presence;
  return card.generals.map((offer) => {
    const told = load.find(({ name }) => name === offer.name);
    return {
      member,
      cluster: card.cluster,
      offer,
      running: told?.running ?? 0,
      queued: told?.queued ?? 0,
      capacity: told?.capacity ?? offer.capacity,
      takes: member.live && ready && !draining,
    };
  });
}

function generalView({ cluster, offer }: Replica, replicas: readonly Replica[], statusOf: StatusOf): GeneralView {
  const { name } = offer;
  // While nobody is there, what the absent ones could take is still worth telling.
  const counted = replicas.some(({ takes }) => takes) ? replicas.filter(({ takes }) => takes) : replicas;
  return {
    name,
    cluster,
    namespace: NAMESPACE,
    endpoint: `http://${name}.${NAMESPACE}.svc:${PORT}`,
    status: statusOfReplicas(replicas, statusOf(cluster, name)),
    specialization: [...new Set(replicas.flatMap((replica) => replica.offer.specialisations))],
    current_load: counted.reduce((sum, { running, queued }) => sum + running + queued, 0),
    max_load: counted.reduce((sum, { capacity }) => sum + capacity, 0),
    replicas: replicas.map(({ member, running, queued }) => ({
      peer: member.peer,
      node: member.presence.card.name,
      running,
      queued,
      live: member.live,
    })),
  };
}

/** What a person said counts; else a general is busy when all that take work are full, inactive when none does. */
function statusOfReplicas(replicas: readonly Replica[], said: ReturnType<StatusOf>): GeneralView['status'] {
  if (said === 'inactive' || said === 'busy') return said;
  const takers = replicas.filter(({ takes }) => takes);
  if (takers.length === 0) return 'inactive';
  return takers.every(({ running, queued, capacity }) => running + queued >= capacity) ? 'busy' : 'active';
}
