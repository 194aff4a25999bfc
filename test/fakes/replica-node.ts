import type { PeerId } from '../../protocols/ids.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { Identity } from '../../roles/ports/runtime.ts';
import type { Projection } from '../../roles/replica/projection.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { cardOf } from './cards.ts';
import { fakeIdentity } from './fake-identity.ts';
import { type CountingMeter, countingMeter, type ManualRuntime, manualRuntime } from './manual-runtime.ts';
import { MemoryDisk } from './memory-disk.ts';

export interface ReplicaNode {
  readonly peer: PeerId;
  readonly card: NodeCard;
  readonly replica: Replica;
  readonly disk: MemoryDisk;
  readonly runtime: ManualRuntime;
  readonly identity: Identity;
  readonly meter: CountingMeter;
}

export interface ReplicaNodeOptions {
  readonly disk?: MemoryDisk;
  readonly runtime?: ManualRuntime;
  readonly projections?: readonly Projection[];
}

/** A replica on a disk in memory, built and not started. */
export function replicaNode(name: string, options: ReplicaNodeOptions = {}): ReplicaNode {
  const {
    disk = new MemoryDisk(),
    runtime = manualRuntime({ seed: seedOf(name) }),
    projections = PROJECTIONS,
  } = options;
  const card = cardOf(name);
  const identity = fakeIdentity(card.peer);
  const meter = countingMeter();
  const replica = new Replica({ card }, { disk, tables: disk, identity, runtime, projections, meter });
  return { peer: card.peer, card, replica, disk, runtime, identity, meter };
}

export async function startedNode(name: string, options: ReplicaNodeOptions = {}): Promise<ReplicaNode> {
  const node = replicaNode(name, options);
  await node.replica.start();
  return node;
}

/** Different names, different chance. */
export function seedOf(name: string): number {
  return [...name].reduce((seed, letter) => seed * 31 + letter.charCodeAt(0), 7);
}
