import { type GossipSub, gossipsub } from '@libp2p/gossipsub';
import { createTopicScoreParams } from '@libp2p/gossipsub/score';
import { type Identify, identify } from '@libp2p/identify';
import type { ConnectionGater, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { type Ping, ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import type { Libp2pOptions } from 'libp2p';
import { TOPICS } from '../../protocols/names.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import { gatherWrites } from './gathered-writes.ts';
import { guardedYamux } from './guarded-yamux.ts';
import { ADDRESS_DEADLINE_MS } from './keeper.ts';

export interface MeshServices {
  [service: string]: unknown;
  identify: Identify;
  ping: Ping;
  gossip: GossipSub;
}

export interface SettingsParts {
  readonly privateKey: PrivateKey;
  readonly gater: ConnectionGater;
  readonly log: Logger;
}

export interface SettingsOptions {
  /** Multiaddrs. */
  readonly listen: readonly string[];
  readonly announce: readonly string[];
  readonly network: string;
  /** Connections one address may open in a second. Handshakes cost about a millisecond of CPU each. */
  readonly inboundPerSecond: number;
  /** Peers in the list at the start. */
  readonly listed: number;
}

/** How js-libp2p is set up. Numbers without another reason were measured with ten nodes and 1 KiB messages. */
export function libp2pSettings(options: SettingsOptions, parts: SettingsParts): Libp2pOptions<MeshServices> {
  return {
    start: false,
    privateKey: parts.privateKey,
    addresses: { listen: [...options.listen], announce: [...options.announce] },
    // Small frames must not wait for one another (Nagle): a request is one frame.
    transports: [tcp({ dialOpts: SOCKET, listenOpts: SOCKET })],
    connectionEncrypters: [gatherWrites(noise({ prologueBytes: prologueOf(options.network) }))],
    streamMuxers: [guardedYamux(parts.log)],
    connectionGater: parts.gater,
    connectionManager: {
      // No `allow` list: it would skip every limit. Under the default of 5 a second, nodes behind one address lock each other out.
      inboundConnectionThreshold: options.inboundPerSecond,
      maxIncomingPendingConnections: 200,
      addressDialTimeout: ADDRESS_DEADLINE_MS,
      inboundUpgradeTimeout: 5_000,
    },
    // One failed ping cuts the connection, so it has to be patient: in overload it would cut healthy ones.
    connectionMonitor: { pingInterval: 10_000, pingTimeout: { minTimeout: 20_000 } },
    // In memory (the default datastore), and never forgotten: an expired record hides the disconnect from gossipsub.
    peerStore: { maxAddressAge: Number.POSITIVE_INFINITY, maxPeerAge: Number.POSITIVE_INFINITY },
    services: {
      identify: identify(),
      // The connection monitor uses the same streams: over the default of one, our ping would make it cut the connection.
      ping: ping({ maxInboundStreams: 8, maxOutboundStreams: 8 }),
      gossip: gossipsub({ ...GOSSIP, floodPublish: floodsTo(options.listed) }),
    },
  };
}

/** Part of every handshake: with another network's name it fails before anything of the peer is read (T3). */
export function prologueOf(network: string): Uint8Array {
  return Buffer.from(`mindmesh/${network}`);
}

const SOCKET = { noDelay: true, keepAlive: true };

/** A peer that sends what no honest one can falls below the graylist threshold with its fifth message in about a minute. */
const TOPIC_SCORE = createTopicScoreParams({
  topicWeight: 1,
  invalidMessageDeliveriesWeight: -4,
  invalidMessageDeliveriesDecay: 0.97,
  // Quiet topics are no offence, and nobody earns credit to spend on garbage.
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
});

/**
 * Sent to everybody by its author, no message waits for a heartbeat: without it the slowest hundredth did (p99 992 ms, ten nodes).
 * In a large mesh it would be a thousand copies at each publishing.
 */
const MAX_FLOODED = 32;

export function floodsTo(peers: number): boolean {
  return peers <= MAX_FLOODED;
}

/** How messages are handed on; test/sim/scale counts what it costs. */
export const GOSSIP_DEGREES = {
  D: 3,
  Dlo: 2,
  Dhi: 5,
  Dlazy: 2,
  // Default 0.25: a quarter of a thousand peers would be told every second of every message of the last three (400 kB/s).
  gossipFactor: 0,
  // Default 3 heartbeats: who missed a message in two of them hears the next one of its kind as soon.
  mcacheGossip: 2,
} as const;

const GOSSIP: NonNullable<Parameters<typeof gossipsub>[0]> = {
  ...GOSSIP_DEGREES,
  fallbackToFloodsub: false,
  allowPublishToZeroTopicPeers: true,
  allowedTopics: Object.values(TOPICS),
  // Above every message: announcing what one has costs more than sending it.
  idontwantMinDataSize: 1024 * 1024,
  // One RPC may carry several messages; more than that is no hint any more.
  maxInboundDataLength: 512 * 1024,
  // A frozen peer must not fill our memory: its stream is reset, and mended when it is back.
  maxOutboundBufferSize: 4 * 1024 * 1024,
  // Asked before the signature is checked, so it names these very bytes and nobody can take another's place.
  fastMsgIdFn: ({ signature }) => Buffer.from(signature ?? []).toString('latin1'),
  scoreParams: {
    // Fifteen nodes on one address delivered 0 of 140 messages with it.
    IPColocationFactorWeight: 0,
    behaviourPenaltyWeight: -1,
    behaviourPenaltyThreshold: 10,
    topics: { [TOPICS.heads]: TOPIC_SCORE, [TOPICS.presence]: TOPIC_SCORE },
  },
};

/** Below this score gossipsub ignores a peer; its default, named because we hang up then. */
export const GRAYLIST_SCORE = -80;
