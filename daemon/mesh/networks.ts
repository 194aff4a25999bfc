import { BlockList, isIP } from 'node:net';
import { MeshError } from '../../protocols/errors.ts';

/** Loopback, private networks (RFC 1918, RFC 4193), and the block a Tailscale or Headscale overlay uses (RFC 6598). */
export const DEFAULT_NETWORKS: readonly string[] = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  '100.64.0.0/10',
];

export interface Networks {
  /** An IPv4 or IPv6 address in text form; IPv4 inside IPv6 counts as IPv4. */
  contain(address: string): boolean;
}

/** @throws MeshError `usage` for what is not a CIDR block. */
export function createNetworks(blocks: readonly string[]): Networks {
  const list = new BlockList();
  for (const block of blocks) addBlock(list, block);
  return {
    contain: (address) => {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

function addBlock(list: BlockList, block: string): void {
  const [address = '', prefix = '', ...rest] = block.split('/');
  const family = isIP(address);
  const bits = Number(prefix);
  const isBlock = family !== 0 && /^\d{1,3}$/.test(prefix) && bits <= (family === 4 ? 32 : 128) && rest.length === 0;
  if (!isBlock)
    throw new MeshError('usage', { problem: `mesh.networks: ${block} is not a CIDR block like 10.0.0.0/8` });
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
}
