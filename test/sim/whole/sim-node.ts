import { createDispatcher, type MeshDispatcher } from '../../../daemon/mesh/dispatcher.ts';
import { messageOf } from '../../../protocols/errors.ts';
import type { GeneralLoad, NodeCard } from '../../../protocols/presence.ts';
import { Aggregator } from '../../../roles/aggregator/aggregator.ts';
import { General } from '../../../roles/general/general.ts';
import { Announcer } from '../../../roles/membership/announcer.ts';
import { MeshRoster } from '../../../roles/membership/roster.ts';
import { Orchestrator } from '../../../roles/orchestrator/orchestrator.ts';
import type { Dispatcher, DispatchHandler } from '../../../roles/ports/dispatcher.ts';
import type { Identity, Runtime } from '../../../roles/ports/runtime.ts';
import { LogSync } from '../../../roles/replica/log-sync.ts';
import { PROJECTIONS } from '../../../roles/replica/projections.ts';
import { Replica } from '../../../roles/replica/replica.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';
import type { SimDisk } from './disk.ts';
import type { SimNetwork } from './network.ts';
import { plantedJournal } from './planted-journal.ts';
import type { Plant } from './plants.ts';
import type { Probe } from './probe.ts';
import { ROUTES } from './routes.ts';
import { simModel, simTemplates } from './sim-model.ts';
import { SILENT_METER, simRuntime, troubleLog } from './sim-runtime.ts';

export interface SimNodeOptions {
  readonly card: NodeCard;
  readonly plant?: Plant | undefined;
}

export interface SimNodeParts {
  readonly clock: SimClock;
  /** Chance of this boot. */
  readonly chance: Chance;
  readonly disk: SimDisk;
  readonly network: SimNetwork;
  readonly identity: Identity;
  /** How far its wall clock is ahead now, milliseconds. */
  readonly aheadMs: () => number;
  readonly probe: Probe;
}

/** One process. */
export interface SimNode {
  readonly card: NodeCard;
  readonly replica: Replica;
  readonly roster: MeshRoster;
  readonly aggregator: Aggregator | undefined;
  readonly orchestrator: Orchestrator | undefined;
  readonly general: General | undefined;
  isAlive(): boolean;
  start(): Promise<void>;
  /** In order, as on SIGTERM. */
  stop(): Promise<void>;
  /** Nothing of it happens any more. */
  kill(): void;
}

/** Joins the parts of one node as daemon/compose-core.ts and daemon/compose-roles.ts do; the world below them is simulated. */
export function simNode(options: SimNodeOptions, parts: SimNodeParts): SimNode {
  const { card, plant } = options;
  const { disk, network, identity, probe } = parts;
  let isAlive = true;
  const log = troubleLog((phrase, facts) => isAlive && probe.trouble(card.name, phrase, facts));
  const runtime = simRuntime({ ...parts, isAlive: () => isAlive, log });
  const meter = SILENT_METER;
  const replica = new Replica({ card }, { disk, tables: disk, identity, runtime, projections: PROJECTIONS, meter });
  replica.onFatal((error) => isAlive && probe.ended(card.name, messageOf(error)));
  replica.onCommit((entries) => {
    for (const { decoded, position, own } of entries) {
      if (isAlive && decoded.ok) probe.committed(card.name, decoded.record, position, own);
    }
  });
  const mesh = network.join(card.peer);
  const late: { load?: () => readonly GeneralLoad[] } & Partial<DispatchHandler> = {};
  const dispatcher = createDispatcher({ self: card.peer }, { mesh, runtime, handler: handlerOf(late) });
  const roster = new MeshRoster({ self: card.peer }, { mesh, runtime });
  const logSync = new LogSync({ self: card.peer }, { replica, mesh, runtime, meter });
  const isReady = readiness(logSync, runtime);
  const status = () => ({ ready: isReady(), load: late.load?.() ?? [] });
  const announcer = new Announcer({ self: card }, { mesh, roster, runtime, status });
  const journal = plantedJournal(plant, replica);
  const common = { journal, tables: disk, runtime, meter };
  const has = (role: NodeCard['roles'][number]) => card.roles.includes(role);
  const aggregator = has('aggregator') ? new Aggregator({}, common) : undefined;
  const orchestrator = has('orchestrator')
    ? new Orchestrator(
        { self: card, routes: ROUTES },
        { ...common, roster, dispatcher: observed(dispatcher, options, probe) },
      )
    : undefined;
  if (orchestrator) late.note = (from, note) => orchestrator.note(from, note);
  const engine = { model: simModel(parts), templates: simTemplates(parts) };
  const general = has('general')
    ? new General({ self: card, generals: card.generals }, { ...common, dispatcher, ...engine })
    : undefined;
  if (general) {
    late.offer = async (from, offer) => {
      const reply = await general.offer(from, offer);
      if (isAlive && reply.type === 'accept') probe.promised(card.name, offer);
      return reply;
    };
    late.load = () => general.load();
    general.onChange(() => announcer.changed());
  }
  return {
    card,
    replica,
    roster,
    aggregator,
    orchestrator,
    general,
    isAlive: () => isAlive,
    start: async () => {
      await replica.start();
      if (!isAlive) return;
      network.dial(card.peer);
      logSync.start();
      announcer.start();
      await orchestrator?.start();
      await general?.start();
    },
    stop: async () => {
      announcer.leave();
      await general?.stop();
      await orchestrator?.stop();
      aggregator?.close('this node leaves');
      await aggregator?.drained();
      announcer.stop();
      logSync.stop();
      dispatcher.stop();
      roster.stop();
      await replica.stop();
    },
    kill: () => {
      isAlive = false;
    },
  };
}

function handlerOf(late: Partial<DispatchHandler>): DispatchHandler {
  return {
    offer: async (from, offer) =>
      late.offer?.(from, offer) ?? { type: 'refuse', reason: 'this node has no general', final: true },
    note: (from, note) => late.note?.(from, note),
  };
}

/** As in daemon/compose-core.ts. */
const BEHIND_MS = 15_000;

function readiness(logSync: LogSync, runtime: Runtime): () => boolean {
  let caughtUpAt: number | undefined;
  return () => {
    if (logSync.stats().behind === 0) caughtUpAt = runtime.monotonic();
    return caughtUpAt !== undefined && runtime.monotonic() - caughtUpAt < BEHIND_MS;
  };
}

function observed(dispatcher: MeshDispatcher, { card }: SimNodeOptions, probe: Probe): Dispatcher {
  return {
    offer: async (peer, offer) => {
      try {
        const reply = await dispatcher.offer(peer, offer);
        probe.offered(card.name, peer, offer, reply.type);
        return reply;
      } catch (error) {
        probe.offered(card.name, peer, offer, 'unreachable');
        throw error;
      }
    },
    note: (peer, note) => dispatcher.note(peer, note),
  };
}
