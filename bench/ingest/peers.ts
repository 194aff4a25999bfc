import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ServerProcess } from '../server-process.ts';
import type { Target } from './target.ts';

export const PEERS = ['probot', 'fastify'] as const;
export type PeerName = (typeof PEERS)[number];

/** Starts one of the servers in `servers/`, in a process of its own. */
export async function startPeer(name: PeerName): Promise<Target> {
  const secret = randomBytes(16).toString('hex');
  const server = await ServerProcess.start(join(import.meta.dirname, 'servers', `${name}.ts`), { args: ['0', secret] });
  return { name, url: server.url, secret, pids: [server.pid], allPids: [server.pid], stop: () => server.stop() };
}
