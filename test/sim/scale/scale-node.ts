import type { NodeCard } from '../../../protocols/presence.ts';
import { Announcer } from '../../../roles/membership/announcer.ts';
import { MeshRoster } from '../../../roles/membership/roster.ts';
import type { Mesh } from '../../../roles/ports/links.ts';
import type { Runtime } from '../../../roles/ports/runtime.ts';
import { LogSync } from '../../../roles/replica/log-sync.ts';
import { Replica } from '../../../roles/replica/replica.ts';
import { fakeIdentity } from '../../fakes/fake-identity.ts';
import { ulidOf } from '../../fakes/manual-runtime.ts';
import type { SimClock } from '../whole/clock.ts';
import { SILENT_METER, troubleLog } from '../whole/sim-runtime.ts';
import { type ArchiveDisk, NO_TABLES } from './archive.ts';

export interface ScaleNode {
  readonly card: NodeCard;
  readonly replica: Replica;
  readonly announcer: Announcer;
  readonly logSync: LogSync;
  /** Tasks that its general has, as its presence tells. */
  running: number;
}

export interface ScaleNodeParts {
  readonly clock: SimClock;
  readonly random: () => number;
  readonly mesh: Mesh;
  readonly disk: ArchiveDisk;
}

/** 2026-01-01. */
const BEGAN = 1_767_225_600_000;

/** What every node has, joined as daemon/compose-core.ts joins it; the roles above are played by the script. */
export function scaleNode(card: NodeCard, { clock, random, mesh, disk }: ScaleNodeParts): ScaleNode {
  const runtime: Runtime = {
    monotonic: () => clock.now,
    wall: () => BEGAN + clock.now,
    random,
    ulid: () => ulidOf(BEGAN + clock.now, random),
    after: (ms, run) => clock.after(ms, run),
    log: troubleLog((phrase, facts) => {
      throw new Error(`${card.name}: ${phrase} ${JSON.stringify(facts)}`);
    }),
  };
  const meter = SILENT_METER;
  const storage = { disk, tables: NO_TABLES, projections: [] };
  const replica = new Replica({ card }, { ...storage, identity: fakeIdentity(card.peer), runtime, meter });
  const roster = new MeshRoster({ self: card.peer }, { mesh, runtime });
  const logSync = new LogSync({ self: card.peer }, { replica, mesh, runtime, meter });
  const load = () =>
    card.generals.map(({ name, capacity }, i) => ({
      name,
      running: i === 0 ? node.running : 0,
      queued: 0,
      capacity,
      latencyMs: 4_210,
      failureRate: 0.02,
    }));
  const status = () => ({ ready: true, load: load() });
  const announcer = new Announcer({ self: card }, { mesh, roster, runtime, epoch: () => replica.epoch, status });
  const node: ScaleNode = { card, replica, announcer, logSync, running: 0 };
  return node;
}
