import type { Queries } from '../roles/operator/queries.ts';
import type { Core } from './compose-core.ts';
import type { Roles } from './compose-roles.ts';

/** Gauges are read when somebody scrapes; each node shows those that its roles can tell. */
export function readGauges({ metrics, roster, card }: Core, { orchestrator }: Roles, queries: Queries): void {
  metrics.gauge('mindmesh_mesh_peers', () => {
    const others = roster.members().filter(({ peer }) => peer !== card.peer);
    const live = others.filter((member) => member.live).length;
    const connected = others.filter((member) => member.connected).length;
    return Object.entries({ known: others.length, live, connected }).map(([state, value]) => ({
      labels: { state },
      value,
    }));
  });
  if (orchestrator === undefined) return;
  const having = (status: string) => queries.generals().filter((general) => general.status === status).length;
  metrics.gauge('mindos_llm_generals_total', () => queries.generals().length);
  metrics.gauge('mindos_llm_generals_active', () => having('active'));
  metrics.gauge('mindos_llm_generals_busy', () => having('busy'));
  metrics.gauge('mindmesh_tasks', () =>
    Object.entries(orchestrator.stats().tasks).map(([state, value]) => ({ labels: { state }, value })),
  );
}
