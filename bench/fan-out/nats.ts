import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { monotonicMs } from '../monotonic.ts';
import { ServerProcess } from '../server-process.ts';
import { startNats } from '../servers/nats.ts';
import type { Received } from './processes/nats-receiver.ts';

/** When each event was sent, and when it arrived at each receiver; monotonic milliseconds by its id. */
export interface Arrivals {
  readonly sentAt: ReadonlyMap<string, number>;
  readonly arrived: readonly ReadonlyMap<string, number>[];
}

export interface NatsFanOutOptions {
  readonly events: number;
  readonly receivers: number;
  readonly everyMs: number;
  readonly bytes: number;
}

const STREAM = 'EVENTS';
/** How long the last messages may take. */
const LATE_MS = 20_000;

export async function runNatsFanOut(options: NatsFanOutOptions) {
  const { server, url, sync } = await startNats();
  const receivers: ServerProcess[] = [];
  const connection = await connect({ servers: url });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: STREAM, subjects: ['stored.*'], storage: StorageType.File });
    const file = join(import.meta.dirname, 'processes', 'nats-receiver.ts');
    const start = () => ServerProcess.start(file, { args: [url, STREAM] });
    receivers.push(...(await Promise.all(Array.from({ length: options.receivers }, start))));
    const js = jetstream(connection);
    const publish = {
      core: (id: string, body: Uint8Array) => connection.publish(`plain.${id}`, body),
      stored: async (id: string, body: Uint8Array) => void (await js.publish(`stored.${id}`, body)),
    };
    const core = await send('plain', publish.core, receivers, options);
    const stored = await send('stored', publish.stored, receivers, options);
    return { core, jetstream: stored, sync };
  } finally {
    await connection.close();
    for (const receiver of receivers) await receiver.stop();
    await server.stop();
  }
}

async function send(
  kind: string,
  publish: (id: string, body: Uint8Array) => void | Promise<void>,
  receivers: readonly ServerProcess[],
  { events, everyMs, bytes }: NatsFanOutOptions,
): Promise<Arrivals> {
  const body = new Uint8Array(bytes).fill(120);
  const sentAt = new Map<string, number>();
  for (let i = 0; i < events; i++) {
    sentAt.set(`${kind}.${i}`, monotonicMs());
    await publish(String(i), body);
    await delay(everyMs);
  }
  const deadline = Date.now() + LATE_MS;
  for (;;) {
    const arrived = await Promise.all(receivers.map(async (receiver) => receivedOf(await receiver.ask({}))));
    const all = arrived.every((at) => at.has(`${kind}.${events - 1}`));
    if (all || Date.now() > deadline) return { sentAt, arrived };
    await delay(everyMs);
  }
}

function receivedOf(message: unknown): ReadonlyMap<string, number> {
  if (typeof message === 'object' && message !== null && 'arrivedAt' in message) return (message as Received).arrivedAt;
  throw new Error('a receiver answered something else than what it received');
}
