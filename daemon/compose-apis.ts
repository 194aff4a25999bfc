import { randomUUID } from 'node:crypto';
import { MeshError } from '../protocols/errors.ts';
import type { MeshEvent } from '../protocols/event.ts';
import { eventIdOf } from '../protocols/ids.ts';
import { NORMALIZERS } from '../roles/aggregator/normalize.ts';
import type { General } from '../roles/general/general.ts';
import { agentCard } from '../roles/operator/agent-card.ts';
import { eventOfDistribute, type GivenContext } from '../roles/operator/given-event.ts';
import { distributeResult } from '../roles/operator/mindos-view.ts';
import { chooseGeneral, eventOfProcess, processReply } from '../roles/operator/process.ts';
import type { Queries } from '../roles/operator/queries.ts';
import type { Orchestrator } from '../roles/orchestrator/orchestrator.ts';
import type { Core } from './compose-core.ts';
import { composePeople } from './compose-people.ts';
import { composeWork } from './compose-work.ts';
import type { Config } from './config/config.ts';
import type { GeneralApi } from './http/general-api.ts';
import type { OrchestratorApi } from './http/orchestrator-api.ts';

/** What a sender of an event waits for at most until another node has it (I1). */
const COPY_DEADLINE_MS = 5_000;

/** An event that is given over HTTP is answered as `ingest.ack` says. */
export function composeOrchestratorApi(
  core: Core,
  { config, orchestrator, queries }: { config: Config; orchestrator: Orchestrator; queries: Queries },
): OrchestratorApi {
  return {
    distribute: async (request) => {
      const [reason] = core.pressure.now.closedFor;
      if (reason !== undefined) throw new MeshError('overloaded', { reason });
      const decision = await orchestrator.distribute(eventOfDistribute(request, contextOf(core)));
      if (config.ingest.ack === 'peer' && !(await core.logSync.handedOn(COPY_DEADLINE_MS))) {
        throw new MeshError('copy-missing', { ms: COPY_DEADLINE_MS });
      }
      return distributeResult(decision, queries.nameOf);
    },
    status: () => queries.mindosStatus(),
    general: async (cluster, name) => queries.general(cluster, name),
    setGeneralStatus: (cluster, name, status) => orchestrator.setGeneralStatus(cluster, name, status),
    distributions: (limit) => queries.distributions(limit),
    events: (query) => queries.events(query),
    ...composeWork({ core, queries, orchestrator }),
    ...composePeople({ config, core, queries }),
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
