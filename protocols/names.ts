/**
 * Every name and limit that two nodes must agree on. A newcomer reads this table first.
 * Bytes are bytes, times are milliseconds.
 */

/** Version written into every frame and record. A node serves this one and the one before (rule L3). */
export const WIRE_VERSION = 1;
export const OLDEST_WIRE_VERSION = 1;

/** Long-lived libp2p streams, one per protocol and peer pair. */
export const PROTOCOLS = {
  log: '/mindmesh/log/1',
  dispatch: '/mindmesh/dispatch/1',
  blob: '/mindmesh/blob/1',
} as const;
export type ProtocolId = (typeof PROTOCOLS)[keyof typeof PROTOCOLS];

/** Gossip topics, spoken between nodes of one org only. */
export const TOPICS = {
  heads: 'mindmesh/1/heads',
  presence: 'mindmesh/1/presence',
} as const;
export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

export const LIMITS = {
  /** One log record (rule L2). Larger bodies become blobs. */
  recordBytes: 256 * 1024,
  /** One commit group and one replication batch (rule L6, L7). */
  groupRecords: 256,
  groupBytes: 1024 * 1024,
  /** One frame on a stream: a full batch, its lengths and its head. */
  frameBytes: 1024 * 1024 + 256 * 1024 + 64 * 1024,
  /** One gossip message. A larger one would kill the receiver's stream (js-libp2p), so it is refused before publishing. */
  gossipBytes: 48 * 1024,
  /** A webhook body: what GitHub sends at most (25 MB), counted while reading. */
  webhookBytes: 25 * 1024 * 1024,
  /** An offer may carry one event. */
  offerBytes: 512 * 1024,
} as const;

/** Default TCP ports of each surface. */
export const PORTS = {
  aggregator: 8086,
  orchestrator: 8090,
  general: 8080,
  peers: 7946,
} as const;

export const ROLES = ['aggregator', 'orchestrator', 'general'] as const;
export type RoleName = (typeof ROLES)[number];
