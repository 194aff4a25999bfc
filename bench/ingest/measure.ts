import { cpuSeconds } from '../process-cpu.ts';
import type { ServerProcess } from '../server-process.ts';
import type { Load, Measured } from './generator.ts';
import { isolate, type Target } from './target.ts';

/** One target under one load for a few seconds. */
export interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor time for each request; absent where the system does not tell. */
  readonly cpuMicros?: number;
  readonly generatorCpuShare: number;
}

export interface Turn {
  readonly target: Target;
  readonly connections: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

/** Every delivery id that was answered 202, by target: what `verify` gets. */
export type Ledger = Map<Target, string[]>;

/** @throws Error when any answer is not a success: a server that refuses is fast, but not good */
export async function measure(
  turn: Turn,
  targets: readonly Target[],
  generator: ServerProcess,
  ledger: Ledger,
): Promise<Sample> {
  const { target, connections, seconds, warmupSeconds } = turn;
  isolate(target, targets);
  const before = cpuSeconds(target.pids);
  const load: Load = {
    url: target.url,
    secret: target.secret,
    connections,
    seconds,
    warmupSeconds,
    withIds: target.verify !== undefined,
  };
  const measured = decode(await generator.ask(load));
  const after = cpuSeconds(target.pids);
  failOnRefusals(target, measured);
  ledger.set(target, (ledger.get(target) ?? []).concat(measured.acknowledged));
  return {
    perSecond: measured.perSecond,
    p50: measured.p50,
    p99: measured.p99,
    generatorCpuShare: measured.cpuShare,
    ...(before !== undefined && after !== undefined && { cpuMicros: ((after - before) * 1e6) / measured.total }),
  };
}

function decode(message: unknown): Measured {
  if (typeof message === 'object' && message !== null && 'perSecond' in message) return message as Measured;
  throw new Error('the generator answered something else than a measurement');
}

function failOnRefusals({ name }: Target, { statuses }: Measured): void {
  const bad = Object.keys(statuses).filter((status) => status !== '200' && status !== '202');
  // Ours answers a repeat with 200: then the generator sent something twice, and nothing was stored.
  const repeats = name === 'ours' && statuses['200'] !== undefined;
  if (bad.length > 0 || repeats) throw new Error(`${name} answered ${JSON.stringify(statuses)}`);
}
