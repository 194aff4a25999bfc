import { join } from 'node:path';
import { messageOf } from '../protocols/errors.ts';
import type { PeerId } from '../protocols/ids.ts';
import { WIRE_VERSION } from '../protocols/names.ts';
import type { GeneralLoad, NodeCard } from '../protocols/presence.ts';
import { hookMark } from '../roles/aggregator/sweeper.ts';
import { Announcer } from '../roles/membership/announcer.ts';
import { MeshRoster } from '../roles/membership/roster.ts';
import { isNeeded, PressureWatch } from '../roles/operator/pressure-watch.ts';
import type { Blobs } from '../roles/ports/blobs.ts';
import type { DispatchHandler } from '../roles/ports/dispatcher.ts';
import type { Identity, Runtime } from '../roles/ports/runtime.ts';
import { BlobSync } from '../roles/replica/blob-sync.ts';
import { LogSync } from '../roles/replica/log-sync.ts';
import { OpenCount } from '../roles/replica/open-count.ts';
import { PROJECTIONS } from '../roles/replica/projections.ts';
import { Replica } from '../roles/replica/replica.ts';
import { Retention } from '../roles/replica/retention.ts';
import { composeGitHub } from './compose-github.ts';
import type { Config } from './config/config.ts';
import type { GitHub, GitTokens } from './github/client.ts';
import { hookName } from './github/deliveries.ts';
import type { Step } from './lifecycle.ts';
import { createLog } from './log.ts';
import { createStaticDiscovery } from './mesh/discovery-static.ts';
import { createDispatcher, type MeshDispatcher } from './mesh/dispatcher.ts';
import { loadIdentity } from './mesh/identity.ts';
import { createMeshNode, type MeshNode } from './mesh/node.ts';
import { Metrics } from './metrics.ts';
import { createRuntime } from './runtime.ts';
import { Ballast } from './store/ballast.ts';
import { openStore, type Store } from './store/level.ts';
import { roomOf } from './store/room.ts';

/** Folder of the store inside the data directory. */
export const STORE_FOLDER = 'store';

/** What every node has, whatever its roles. */
export interface Core {
  readonly card: NodeCard;
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly identity: Identity;
  readonly store: Store;
  readonly replica: Replica;
  readonly openCount: OpenCount;
  /** How much this node may still take on (I4). */
  readonly pressure: PressureWatch;
  readonly mesh: MeshNode;
  readonly dispatcher: MeshDispatcher;
  readonly roster: MeshRoster;
  readonly announcer: Announcer;
  readonly logSync: LogSync;
  readonly retention: Retention;
  readonly blobs: Blobs;
  /** Absent without a token or an App for GitHub's API. */
  readonly github?: GitHub & GitTokens;
  /** Has every record it has heard of, but for what is under way. */
  isReady(): boolean;
  /** Filled in by the roles once they are built: the mesh asks them, and they speak through the mesh. */
  readonly late: Late;
}

export interface Late {
  offer?: DispatchHandler['offer'];
  note?: DispatchHandler['note'];
  load?: () => readonly GeneralLoad[];
}

/** Opens the identity and the store, and builds what stands on them. Nothing listens yet. */
export async function composeCore(config: Config, version: string): Promise<Core> {
  const log = createLog({ level: config.log.level, fields: { node: config.node.name } });
  const runtime = createRuntime(log);
  const metrics = new Metrics();
  const { identity, privateKey } = await loadIdentity(config.node.keyFile);
  const card = cardOf(config, identity, version);
  const github = await composeGitHub(config, { log, version });
  const { ballast, dir } = await prepareRoom(config, runtime);
  const store = await openStore({ dir }, { runtime });
  const { disk, tables } = store;
  const replica = new Replica({ card }, { disk, tables, identity, runtime, projections: PROJECTIONS, meter: metrics });
  const mesh = createMeshNode(
    {
      listen: config.mesh,
      announce: config.mesh.announce,
      networks: config.mesh.networks,
      network: config.mesh.network,
    },
    { privateKey, identity, runtime, meter: metrics, discovery: createStaticDiscovery(config.mesh.peers) },
  );
  const openCount = new OpenCount({ journal: replica, tables, runtime });
  const openEvents = () => openCount.value;
  const pressure = new PressureWatch(config.ingest, { room: roomOf(dir), ballast, openEvents, runtime });
  const late: Late = {};
  const dispatcher = createDispatcher({ self: identity.peer }, { mesh, runtime, handler: handlerOf(late) });
  const roster = new MeshRoster({ self: identity.peer }, { mesh, runtime });
  const isOfOrg = (peer: PeerId) =>
    roster.members().some((member) => member.peer === peer && member.presence.card.org === card.org);
  const logSync = new LogSync({ self: identity.peer }, { replica, mesh, runtime, meter: metrics, isOfOrg });
  roster.onChange(() => logSync.orgChanged());
  const blobs = new BlobSync({ store: store.blobs, mesh, runtime });
  const retention = new Retention(
    { keepMs: config.node.retention, self: identity.peer },
    { replica, disk, blobs: store.blobs, tables, runtime, meter: metrics, lowestOf: (log) => logSync.lowestOf(log) },
  );
  const isReady = readiness(logSync, runtime);
  const status = () => ({ ready: isReady(), load: late.load?.() ?? [] });
  const epoch = () => replica.epoch;
  const announcer = new Announcer({ self: card }, { mesh, roster, runtime, epoch, status });
  return {
    card,
    runtime,
    metrics,
    identity,
    store,
    replica,
    openCount,
    pressure,
    mesh,
    dispatcher,
    roster,
    announcer,
    logSync,
    retention,
    blobs,
    ...(github && { github }),
    isReady,
    late,
  };
}

/** Name of the ballast inside the data directory. */
const BALLAST_FILE = 'ballast';

/** A store writes while it is opened: on a full disk the ballast goes first, or the node could not start again (L8). */
async function prepareRoom({ node }: Config, { log }: Runtime): Promise<{ ballast: Ballast; dir: string }> {
  const dir = join(node.dataDir, STORE_FOLDER);
  const ballast = new Ballast({ file: join(node.dataDir, BALLAST_FILE), bytes: node.ballast });
  const room = await roomOf(node.dataDir)
    .read()
    .catch(() => undefined);
  if (node.ballast === 0 || (room && isNeeded(room.freeBytes, ballast))) {
    if (await ballast.isHeld()) log.warn({ ...room, releasedBytes: ballast.bytes }, 'the ballast is given up');
    await ballast.release();
  }
  return { ballast, dir };
}

/** The disk first, the mesh next: whoever hears of this node may rely on it. The roles stand between `below` and `above`. */
export function coreSteps(core: Core): { readonly below: readonly Step[]; readonly above: readonly Step[] } {
  const { store, replica, openCount, pressure, mesh, dispatcher, roster, announcer, logSync, retention } = core;
  return {
    below: [
      { name: 'store', stop: () => store.close() },
      { name: 'log', start: () => replica.start(), stop: () => replica.stop() },
      { name: 'card', start: () => introduce(core) },
      { name: 'open events', start: () => openCount.start(), stop: () => openCount.stop() },
      { name: 'room', start: () => pressure.start(), stop: () => pressure.stop() },
    ],
    above: [
      { name: 'roster', stop: () => roster.stop() },
      { name: 'mesh', start: () => mesh.start(), stop: () => mesh.stop() },
      { name: 'dispatch', stop: () => dispatcher.stop() },
      { name: 'replication', start: () => logSync.start(), stop: () => logSync.stop() },
      { name: 'retention', start: () => retention.start(), stop: () => retention.stop() },
      { name: 'presence', start: () => announcer.start(), stop: () => announcer.stop() },
      // After the roles have written their last records, while the links that take them are still open (W8).
      { name: 'handing on', stop: () => handOn(core) },
    ],
  };
}

/**
 * Every boot is in the log, also one that has nothing else to write: its epoch, which presences carry, is then known to be later
 * than those before it, whatever the clock does; and a node that goes away is remembered (W6).
 */
async function introduce({ replica, card, runtime }: Core): Promise<void> {
  await replica.append({ v: WIRE_VERSION, type: 'card', at: Math.max(0, Math.round(runtime.wall())), card });
}

/**
 * A log that cannot be written any more ends the process at once (L8): an orderly stop would write again, and the next boot
 * starts from what is synced.
 */
export function endOnFailedDisk({ replica, runtime }: Core): void {
  replica.onFatal((error) => {
    runtime.log.error({ problem: messageOf(error) }, 'ending: what is not on disk must not be acknowledged');
    process.exit(1);
  });
}

/** Of the 25 s of a leaving node; a node that is up needs milliseconds. */
const HAND_ON_MS = 4_000;

/** A node that leaves for good must not be the only one that knows what it did. */
async function handOn({ logSync, mesh, runtime }: Core): Promise<void> {
  if (mesh.connected().length === 0 || (await logSync.handedOn(HAND_ON_MS))) return;
  runtime.log.warn({ waitedMs: HAND_ON_MS }, 'leaving with records that no other node has: keep the data directory');
}

/** Records that others write arrive here a moment later: a node is behind only when it stays so. */
const BEHIND_MS = 15_000;

/** Asked at every presence, so that no gap between two answers is longer than an interval of those. */
function readiness(logSync: LogSync, runtime: Runtime): () => boolean {
  let caughtUpAt: number | undefined;
  return () => {
    if (logSync.stats().behind === 0) caughtUpAt = runtime.monotonic();
    return caughtUpAt !== undefined && runtime.monotonic() - caughtUpAt < BEHIND_MS;
  };
}

function cardOf({ node, generals, ingest }: Config, { peer }: Identity, version: string): NodeCard {
  const offers = node.roles.includes('general') ? generals : [];
  const hooks = node.roles.includes('aggregator') ? ingest.github.sweep.hooks : [];
  return {
    peer,
    name: node.name,
    org: node.org,
    cluster: node.cluster,
    region: node.region,
    roles: [...node.roles],
    generals: offers.map(({ name, specialisations, concurrency, capacity }) => ({
      name,
      specialisations: [...specialisations],
      concurrency,
      capacity,
    })),
    ...(hooks.length > 0 && { sweeps: hooks.map((hook) => hookMark(hookName(hook))) }),
    version,
  };
}

function handlerOf(late: Late): DispatchHandler {
  return {
    offer: async (from, offer) =>
      late.offer?.(from, offer) ?? { type: 'refuse', reason: 'this node has no general', final: true },
    note: (from, note) => late.note?.(from, note),
  };
}
