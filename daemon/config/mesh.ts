import * as z from 'zod';
import { PeerIdSchema } from '../../protocols/ids.ts';
import { PORTS } from '../../protocols/names.ts';
import type { Section } from './section.ts';
import { asList, asNumber, asText, cidr, listOf, multiaddr, port, slug } from './values.ts';

/** Loopback, private networks and the overlay's range (Tailscale, RFC 6598; ULA, RFC 4193). */
const OWN_NETWORKS = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
];

/** A multiaddr that ends in `/p2p/PEER` says both at once. */
const PeerSchema = z.preprocess(
  splitAddress,
  z.strictObject({
    peer: PeerIdSchema.describe('Its peer id, as `mindmesh keygen` and `mindmesh status` print it.'),
    addresses: listOf(multiaddr)
      .default([])
      .describe(
        'Where it may be found, e.g. /ip4/10.0.0.5/tcp/7946. None: it is admitted when it calls, but never dialled.',
      ),
    name: z.string().exactOptional().describe('For people, until it tells its own.'),
  }),
);

const schema = z
  .strictObject({
    network: slug('a network')
      .default('mindmesh')
      .describe('Name of the mesh: nodes of different networks do not speak.'),
    host: z.string().min(1).default('0.0.0.0').describe('Address to listen on for peers.'),
    port: port(PORTS.peers).describe('TCP port for peers; 0 takes a free one.'),
    announce: listOf(multiaddr)
      .default([])
      .describe('Addresses told to peers instead of the ones listened on, e.g. behind a load balancer.'),
    peers: listOf(PeerSchema)
      .default([])
      .describe(
        'The peers of this node. A peer that is not listed is refused. Each is {peer, addresses, name} or one address ending in /p2p/PEER.',
      ),
    networks: listOf(cidr)
      .default(OWN_NETWORKS)
      .describe('Blocks of addresses that peers may call from and be called at.'),
  })
  .prefault({});

export const meshSection = {
  name: 'mesh',
  about: 'How this node meets the others, over libp2p.',
  schema,
  variables: [
    { name: 'MINDMESH_NETWORK', key: 'mesh.network', parse: asText },
    { name: 'MINDMESH_MESH_HOST', key: 'mesh.host', parse: asText },
    { name: 'MINDMESH_MESH_LISTEN_PORT', key: 'mesh.port', parse: asNumber },
    { name: 'MINDMESH_ANNOUNCE', key: 'mesh.announce', parse: asList, help: 'Separated by commas.' },
    {
      name: 'MINDMESH_PEERS',
      key: 'mesh.peers',
      parse: asList,
      help: 'Addresses ending in /p2p/PEER, separated by commas.',
    },
  ],
  flags: [
    { name: 'mesh-host', key: 'mesh.host', parse: asText, value: 'HOST', help: 'address to listen on for peers' },
    { name: 'mesh-port', key: 'mesh.port', parse: asNumber, value: 'PORT', help: 'TCP port for peers' },
    { name: 'announce', key: 'mesh.announce', parse: asText, value: 'ADDR', help: 'address told to peers', many: true },
    {
      name: 'peer',
      key: 'mesh.peers',
      parse: asText,
      value: 'ADDR/p2p/ID',
      help: 'a peer and its address',
      many: true,
    },
  ],
} as const satisfies Section;

function splitAddress(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^(.*)\/p2p\/([^/]+)$/.exec(value);
  if (match === null) return { peer: value };
  return { peer: match[2], addresses: match[1] === '' ? [] : [match[1]] };
}
