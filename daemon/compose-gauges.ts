import type { Queries } from '../roles/operator/queries.ts';
import { STAGES } from '../roles/policy/pressure.ts';
import type { Core } from './compose-core.ts';
import type { Roles } from './compose-roles.ts';

/** Gauges are read when somebody scrapes; each node shows those that its roles can tell. */
export function readGauges(
  { metrics, roster, card, pressure }: Core,
  { orchestrator, aggregator }: Roles,
  queries: Queries,
): void {
  metrics.gauge('mindmesh_mesh_peers', () => {
    const others = roster.members().filter(({ peer }) => peer !== card.peer);
    const live = others.filter((member) => member.live).length;
    const connected = others.filter((member) => member.connected).length;
    return Object.entries({ known: others.length, live, connected }).map(([state, value]) => ({
      labels: { state },
      value,
    }));
  });
  metrics.gauge('mindmesh_disk_free_bytes', () => pressure.facts.freeBytes ?? Number.NaN);
  metrics.gauge('mindmesh_store_bytes', () => pressure.facts.storeBytes);
  metrics.gauge('mindmesh_open_events', () => pressure.facts.openEvents);
  metrics.gauge('mindmesh_overload_stages', () =>
    STAGES.map((stage) => ({ labels: { stage }, value: pressure.now.stage === stage ? 1 : 0 })),
  );
  metrics.gauge('mindmesh_ballast_bytes', () => pressure.ballastBytes);
  if (aggregator) {
    metrics.gauge('mindmesh_ingest_waiting_events', () =>
      Object.entries(aggregator.waiting).map(([what, value]) => ({ labels: { for: what }, value })),
    );
  }
  if (orchestrator === undefined) return;
  const having = (status: string) => queries.generals().filter((general) => general.status === status).length;
  metrics.gauge('mindos_llm_generals_total', () => queries.generals().length);
  metrics.gauge('mindos_llm_generals_active', () => having('active'));
  metrics.gauge('mindos_llm_generals_busy', () => having('busy'));
  metrics.gauge('mindmesh_tasks', () =>
    Object.entries(orchestrator.stats().tasks).map(([state, value]) => ({ labels: { state }, value })),
  );
}
