import { randomUUID } from 'node:crypto';
import type { MeshEvent } from '../protocols/event.ts';
import { eventIdOf } from '../protocols/ids.ts';
import type { Aggregator } from '../roles/aggregator/aggregator.ts';
import { NORMALIZERS } from '../roles/aggregator/normalize.ts';
import type { General } from '../roles/general/general.ts';
import { agentCard } from '../roles/operator/agent-card.ts';
import { eventOfDistribute, type GivenContext } from '../roles/operator/given-event.ts';
import { distributeResult } from '../roles/operator/mindos-view.ts';
import { chooseGeneral, eventOfProcess, processReply } from '../roles/operator/process.ts';
import type { Queries } from '../roles/operator/queries.ts';
import type { Orchestrator } from '../roles/orchestrator/orchestrator.ts';
import type { Core } from './compose-core.ts';
import type { GeneralApi } from './http/general-api.ts';
import type { OrchestratorApi } from './http/orchestrator-api.ts';
import type { Step } from './lifecycle.ts';

export function composeOrchestratorApi(core: Core, orchestrator: Orchestrator, queries: Queries): OrchestratorApi {
  return {
    distribute: async (request) => {
      const decision = await orchestrator.distribute(eventOfDistribute(request, contextOf(core)));
      return distributeResult(decision, queries.nameOf);
    },
    status: () => queries.mindosStatus(),
    general: async (cluster, name) => queries.general(cluster, name),
    setGeneralStatus: (cluster, name, status) => orchestrator.setGeneralStatus(cluster, name, status),
    distributions: (limit) => queries.distributions(limit),
    events: (query) => queries.events(query),
  };
}

export function composeGeneralApi(core: Core, general: General): GeneralApi {
  const offered = core.card.generals.map(({ name }) => name);
  return {
    card: (url) => agentCard(core.card, url),
    process: async (request) => {
      const name = chooseGeneral(request, offered);
      const context = contextOf(core);
      const event = eventOfProcess(request, context, (kind, payload) => normalizeGiven(kind, payload, context));
      const startedAt = core.runtime.wall();
      const result = await general.process(name, event);
      return processReply(result, request, { startedAt, endedAt: core.runtime.wall() });
    },
  };
}

/** A payload as GitHub posts it, without the signature and delivery id that only a real delivery has. */
export function normalizeGiven(
  event: string,
  payload: Readonly<Record<string, unknown>>,
  { org, now, unique }: GivenContext,
): MeshEvent | undefined {
  const normalized = NORMALIZERS.github(event, eventIdOf('api', unique), payload, { org, receivedAt: now });
  return normalized.status === 'event' ? normalized.event : undefined;
}

export function contextOf({ card, runtime }: Core): GivenContext {
  return { org: card.org, now: runtime.wall(), unique: randomUUID() };
}

/** Room on a disk goes slowly; a second is soon enough, and statfs is cheap. */
const WATCH_MS = 1_000;
const FULL = 'the disk is nearly full';

/** Takes nothing in while the disk has less room than configured; what was accepted goes on (I4). */
export function watchDisk({ store, runtime }: Core, aggregator: Aggregator, minFreeBytes: number): Step {
  let cancel: () => void = () => undefined;
  const look = async () => {
    if ((await store.freeBytes()) < minFreeBytes) aggregator.close(FULL);
    else aggregator.open(FULL);
    cancel = runtime.after(WATCH_MS, () => void look());
  };
  return { name: 'disk watch', start: look, stop: () => cancel() };
}
