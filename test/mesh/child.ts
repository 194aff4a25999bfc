import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerId } from '../../protocols/ids.ts';
import { waitFor } from '../support/wait-for.ts';
import { ChildNewsSchema, type ChildSettings } from './child-protocol.ts';
import { stopAtEnd } from './mesh-of.ts';

const SCRIPT = fileURLToPath(new URL('./child-node.ts', import.meta.url));

export interface Child {
  readonly peer: PeerId;
  readonly addresses: readonly string[];
  readonly port: number;
  /** Authors whose gossip it heard since its start, or since `forget`. */
  readonly heard: ReadonlySet<PeerId>;
  forget(): void;
  /** Resolves when the process is gone, for signals that end it. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

export async function startChild(settings: ChildSettings): Promise<Child> {
  const child = fork(SCRIPT, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'], stdio: 'inherit' });
  stopAtEnd(() => kill(child));
  const heard = new Set<PeerId>();
  let listening: { peer: PeerId; addresses: string[] } | undefined;
  child.on('message', (message) => {
    const news = ChildNewsSchema.parse(message);
    if (news.type === 'heard') heard.add(news.from);
    else listening = news;
  });
  const { peer, addresses } = await waitFor('the child listens', () => listening);
  return {
    peer,
    addresses,
    port: Number(/\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1]),
    heard,
    forget: () => heard.clear(),
    signal: async (name) => {
      if (name === 'SIGKILL') await kill(child);
      else child.kill(name);
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
