import { type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';
import { slotOf } from '../../protocols/ids.ts';
import type { OrchestratorOptions } from '../../roles/orchestrator/orchestrator.ts';
import { type FileRule, mergeRoutes } from '../../roles/orchestrator/routes.ts';
import { SimMesh } from './sim-mesh.ts';

let deliveries = 0;

export function eventAbout(subject: string, fields: Partial<MeshEvent> = {}): MeshEvent {
  const id = `github:delivery-${++deliveries}`;
  return MeshEventSchema.parse({
    specversion: '1.0',
    id,
    source: 'https://github.com/acme/app',
    type: 'com.github.pull_request.opened',
    subject,
    time: '2026-01-02T03:04:05Z',
    datacontenttype: 'application/json',
    kind: 'other',
    org: 'acme',
    repository: 'acme/app',
    actor: 'octocat',
    actortype: 'user',
    authorassociation: 'MEMBER',
    hops: 0,
    correlationid: id,
    data: {},
    ...fields,
  });
}

/** One rule that takes everything. */
export function only(rule: FileRule): Partial<OrchestratorOptions> {
  return { routes: mergeRoutes([{ name: 'only', ...rule }], { defaults: false }) };
}

/** An aggregator, an orchestrator `orc`, and the nodes given: name → cluster, each offering `triage-general`. */
export async function meshOf(nodes: Readonly<Record<string, string>>, options: Partial<OrchestratorOptions> = {}) {
  const mesh = new SimMesh({ ...only({ generals: ['triage'] }), ...options });
  await mesh.add('agg', { roles: ['aggregator'] });
  await mesh.add('orc', { roles: ['orchestrator'] });
  for (const [name, cluster] of Object.entries(nodes)) {
    await mesh.add(name, { roles: ['general'], cluster, offers: ['triage-general'] });
  }
  await mesh.advance(3_000);
  return mesh;
}

export const TWO = { gen1: 'prod-us', gen2: 'prod-us' };
export const TRIAGE = slotOf('triage-general');
