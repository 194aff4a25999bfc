import { createDispatcher, type MeshDispatcher } from '../../../daemon/mesh/dispatcher.ts';
import type { Offer } from '../../../protocols/dispatch.ts';
import { messageOf } from '../../../protocols/errors.ts';
import { compareText, type Epoch, type LogId, type PeerId } from '../../../protocols/ids.ts';
import { WIRE_VERSION } from '../../../protocols/names.ts';
import type { GeneralLoad, NodeCard } from '../../../protocols/presence.ts';
import { Aggregator } from '../../../roles/aggregator/aggregator.ts';
import { Sweeper } from '../../../roles/aggregator/sweeper.ts';
import { assembleEffects } from '../../../roles/effects/assemble.ts';
import { LogLedger } from '../../../roles/effects/ledger.ts';
import { General } from '../../../roles/general/general.ts';
import { Announcer } from '../../../roles/membership/announcer.ts';
import { MeshRoster } from '../../../roles/membership/roster.ts';
import { Orchestrator } from '../../../roles/orchestrator/orchestrator.ts';
import type { Dispatcher, DispatchHandler } from '../../../roles/ports/dispatcher.ts';
import type { Identity, Runtime } from '../../../roles/ports/runtime.ts';
import { tableKey } from '../../../roles/ports/tables.ts';
import { LogSync, type LogSyncOptions } from '../../../roles/replica/log-sync.ts';
import { PROJECTIONS } from '../../../roles/replica/projections.ts';
import { Replica } from '../../../roles/replica/replica.ts';
import { Retention } from '../../../roles/replica/retention.ts';
import { RunController } from '../../../roles/runs/controller.ts';
import { peerNamed } from '../../fakes/cards.ts';
import { keeperOf } from '../../fakes/memory-blobs.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';
import type { SimDisk } from './disk.ts';
import type { GithubSide } from './github-side.ts';
import type { SimNetwork } from './network.ts';
import { NEXT_VERSION, nextBuild } from './next-build.ts';
import { plantedJournal } from './planted-journal.ts';
import { plantedLedger } from './planted-ledger.ts';
import type { Plant } from './plants.ts';
import type { Probe } from './probe.ts';
import { ROUTES } from './routes.ts';
import type { Mode } from './schedule.ts';
import { simModel, simTemplates } from './sim-model.ts';
import { SILENT_METER, simRuntime, troubleLog } from './sim-runtime.ts';
import { SimWriter } from './sim-writer.ts';

export interface SimNodeOptions {
  readonly card: NodeCard;
  readonly mode: Mode;
  /** How long logs keep what has ended. Undefined: for ever. */
  readonly keepMs: number | undefined;
  readonly plant?: Plant | undefined;
}

export interface SimNodeParts {
  readonly clock: SimClock;
  /** Chance of this boot. */
  readonly chance: Chance;
  readonly disk: SimDisk;
  readonly network: SimNetwork;
  readonly github: GithubSide;
  /** A file of this machine, for one of the plants. */
  readonly flags: Set<string>;
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
  const { card, mode, keepMs, plant } = options;
  const { disk, network, github, identity, probe } = parts;
  let isAlive = true;
  const log = troubleLog((phrase, facts) => isAlive && probe.trouble(card.name, phrase, facts));
  const runtime = simRuntime({ ...parts, isAlive: () => isAlive, log });
  const meter = SILENT_METER;
  const storage = {
    disk,
    tables: disk,
    projections: PROJECTIONS,
    ...(plant === 'stored epoch' && { epochAfter: lastEpoch }),
  };
  const replica = new Replica({ card }, { ...storage, identity, runtime, meter });
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
  const isOfOrg = (peer: PeerId) =>
    roster.members().some((member) => member.peer === peer && member.presence.card.org === card.org);
  const logSync = new LogSync(
    { self: card.peer, without: leftOutBy(plant) },
    { replica, mesh, runtime, meter, isOfOrg },
  );
  roster.onChange(() => logSync.orgChanged());
  const lowestOf = (log: LogId) => logSync.lowestOf(log);
  const retention =
    keepMs === undefined
      ? undefined
      : new Retention({ keepMs }, { replica, disk, tables: disk, runtime, meter, lowestOf });
  const isReady = readiness(logSync, runtime);
  const epoch = () => replica.epoch;
  const status = () => ({ ready: isReady(), load: late.load?.() ?? [] });
  const announcer = new Announcer({ self: card }, { mesh, roster, runtime, epoch, status });
  const isNext = card.version === NEXT_VERSION;
  const journal = plantedJournal(plant, isNext ? nextBuild(replica, { ...card, peer: peerNamed('nobody') }) : replica);
  const common = { journal, tables: disk, blobs: keeperOf(), runtime, meter };
  const has = (role: NodeCard['roles'][number]) => card.roles.includes(role);
  const copies = mode === 'copied' ? { copies: logSync.copies } : {};
  const aggregator = has('aggregator') ? new Aggregator({}, { ...common, ...copies }) : undefined;
  const sweeper =
    aggregator && mode === 'swept' && plant !== 'no sweeper'
      ? new Sweeper(
          { self: card.peer, org: card.org, ...SWEEP },
          { ...common, hooks: [github.hook()], roster, isReady },
        )
      : undefined;
  const orchestrator = has('orchestrator')
    ? new Orchestrator(
        { self: card, routes: ROUTES },
        { ...common, roster, dispatcher: observed(dispatcher, options, probe) },
      )
    : undefined;
  if (orchestrator) late.note = (from, note) => orchestrator.note(from, note);
  const engine = { model: simModel(parts), templates: simTemplates(parts) };
  const adapters = { comment: github.commentsBy(card.peer), branch: github.pushes(plant !== 'no fence') };
  const ledger = plantedLedger(plant, new LogLedger({ self: card.peer }, common), parts.flags);
  const effects = has('general') ? assembleEffects({ self: card.peer }, { ...common, adapters, ledger }) : undefined;
  const general = effects
    ? new General({ self: card, generals: card.generals }, { ...common, dispatcher, ...engine, effects: effects.desk })
    : undefined;
  const { branches } = github;
  const writer =
    effects && new SimWriter({ self: card.peer, cluster: HOME }, { ...common, effects: effects.desk, branches });
  const controller = orchestrator && new RunController({ self: card }, { ...common, roster, isReady });
  if (orchestrator) replica.onForgotten((events) => orchestrator.forget(events));
  if (general) {
    late.offer = async (from, offer) => {
      const reply = await general.offer(from, offer);
      if (isAlive && reply.type === 'accept') probe.promised(card.name, offer, isPromised(disk, offer));
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
      await replica.append({ v: WIRE_VERSION, type: 'card', at: Math.max(0, runtime.wall()), card });
      if (!isAlive) return;
      network.dial(card.peer);
      logSync.start();
      retention?.start();
      announcer.start();
      sweeper?.start();
      await orchestrator?.start();
      void controller?.start();
      await effects?.start();
      void writer?.start();
      await general?.start();
    },
    stop: async () => {
      announcer.leave();
      await general?.stop();
      await effects?.stop();
      await controller?.stop();
      await orchestrator?.stop();
      await sweeper?.stop();
      aggregator?.close('this node leaves');
      await aggregator?.drained();
      await logSync.handedOn(HAND_ON_MS);
      announcer.stop();
      await retention?.stop();
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

/** Where runs that write to the only repository are admitted. */
const HOME = 'us';
/** Every minute instead of every five: the same, and sooner over. */
export const SWEEP = { everyMs: 60_000, horizonMs: 3 * 86_400_000 } as const;
/** As in daemon/compose-core.ts. */
const HAND_ON_MS = 4_000;

function lastEpoch(fresh: Epoch, earlier: readonly Epoch[]): Epoch {
  return [...earlier].sort(compareText).at(-1) ?? fresh;
}

function leftOutBy(plant: Plant | undefined): NonNullable<LogSyncOptions['without']> {
  if (plant === 'no anti-entropy') return ['exchange', 'hints'];
  return plant === 'gossip only' ? ['links', 'exchange'] : [];
}

/** Its own log says that it took the work, began it or ended it. */
function isPromised(disk: SimDisk, { eventId, slot }: Offer): boolean {
  return ['accepted', 'started', 'done', 'superseded'].some(
    (type) => disk.rows('facts', { prefix: tableKey(eventId, type, slot, ''), limit: 1 }).length > 0,
  );
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
      const answered = probe.offering(card.name, peer, offer);
      try {
        const reply = await dispatcher.offer(peer, offer);
        answered(reply.type);
        return reply;
      } catch (error) {
        answered('unreachable');
        throw error;
      }
    },
    note: (peer, note) => dispatcher.note(peer, note),
  };
}
