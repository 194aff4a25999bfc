import { isIP } from 'node:net';
import { asMeshError, MeshError, messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `::` means every address of both families, as it does elsewhere in Node; libp2p takes it for IPv6 alone. */
export function listenMultiaddrs({ host, port }: HostPort): readonly string[] {
  if (host === '::') return [`/ip6/::/tcp/${port}`, `/ip4/0.0.0.0/tcp/${port}`];
  const family = isIP(host);
  const name = family === 0 ? 'dns4' : `ip${family}`;
  return [`/${name}/${host}/tcp/${port}`];
}

/** The peer id at the end makes Noise refuse whoever else answers there. */
export function withPeer(address: string, peer: PeerId): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`;
}

/** libp2p tells why it cannot listen only inside a text of several lines. */
export function listenError({ host, port }: HostPort, error: unknown): MeshError {
  const problem = /\bE[A-Z]{4,}\b[^\n]*/.exec(messageOf(error))?.[0];
  if (problem === undefined) return asMeshError(error);
  const facts = { host, port, surface: 'peers' };
  if (problem.startsWith('EADDRINUSE')) return new MeshError('port-in-use', facts, { cause: error });
  return new MeshError('address-unusable', { ...facts, problem }, { cause: error });
}
