// The load generator: a process of its own, with as little work for each request as a client can have, because it shares
// two cores with the server it measures. Answers one message `Load` with one message `Measured`.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Connection } from './connection.ts';
import { RequestSource } from './request-source.ts';

export interface Load {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly seconds: number;
  /** Before the measurement; its requests do not count. */
  readonly warmupSeconds: number;
  /** Return the delivery ids that were answered 202. */
  readonly withIds: boolean;
}

export interface Measured {
  /** Within the measured seconds. */
  readonly requests: number;
  /** The warm-up included. */
  readonly total: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Status → how many. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly acknowledged: readonly string[];
  /** Of the generator: near 1 it is the generator that was measured. */
  readonly cpuShare: number;
}

/** Requests prepared before the clock starts, for each second: more are made while it runs. */
const PREPARED_PER_SECOND = 15_000;

process.on('message', (load: Load) => {
  run(load).then(
    (measured) => process.send?.(measured),
    (error: unknown) => {
      throw error;
    },
  );
});
process.send?.({ ready: true, url: '' });

async function run(load: Load): Promise<Measured> {
  const { hostname, port, pathname } = new URL(load.url);
  const source = new RequestSource({
    host: `${hostname}:${port}`,
    path: pathname,
    secret: load.secret,
    run: randomUUID(),
  });
  source.prepare(PREPARED_PER_SECOND * (load.warmupSeconds + load.seconds));
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => Connection.open(hostname, Number(port), source)),
  );
  const warm = await exchange(connections, load.warmupSeconds);
  source.forget();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const answers = await exchange(connections, load.seconds);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  const total = warm.length + answers.length;
  return {
    ...summarise(answers, seconds),
    total,
    ...source.outcome(load.withIds),
    cpuShare: (user + system) / 1e6 / seconds,
  };
}

/** Every connection sends one request after another until the time is over, and then waits for its last answer. */
async function exchange(connections: readonly Connection[], seconds: number): Promise<number[]> {
  const end = performance.now() + seconds * 1000;
  const latencies = await Promise.all(connections.map((connection) => connection.exchangeUntil(end)));
  return latencies.flat();
}

function summarise(latencies: number[], seconds: number) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { requests: sorted.length, seconds, perSecond: sorted.length / seconds, p50: at(0.5), p99: at(0.99) };
}

// When the benchmark is killed, nothing of it stays behind.
process.on('disconnect', () => process.exit());
