import { join } from 'node:path';
import { median } from '../median.ts';
import { ServerProcess } from '../server-process.ts';
import { type Ledger, measure, type Sample } from './measure.ts';
import { startOurs, type Variant } from './ours.ts';
import { PEERS, startPeer } from './peers.ts';
import { release, type Target } from './target.ts';

export interface IngestOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds before the first measurement of each target, in which its code is compiled; a tenth of it before the others. */
  readonly warmup: number;
  readonly connections: readonly number[];
  readonly variants: readonly Variant[];
  /** Hears what is going on, line by line. */
  readonly tell: (line: string) => void;
}

/** The middle of all rounds of one target under one number of connections. */
export interface Summary extends Sample {
  readonly rounds: readonly number[];
}

export interface Level {
  readonly ours: Summary;
  readonly peers: Readonly<Record<string, Summary>>;
  /** Ours to each peer, requests a second: the middle of the ratios of each round. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface VariantReport {
  /** By number of connections. */
  readonly connections: Readonly<Record<string, Level>>;
  /** What was read back after kill -9. */
  readonly kept: Readonly<Record<string, number>>;
}

export type IngestReport = Readonly<Partial<Record<Variant, VariantReport>>>;

export async function runIngest(options: IngestOptions): Promise<IngestReport> {
  const report: Partial<Record<Variant, VariantReport>> = {};
  for (const variant of options.variants) report[variant] = await runVariant(variant, options);
  return report;
}

async function runVariant(variant: Variant, options: IngestOptions): Promise<VariantReport> {
  const generator = await ServerProcess.start(join(import.meta.dirname, 'generator.ts'));
  const targets: Target[] = [];
  const ledger: Ledger = new Map();
  try {
    const ours = await startOurs(variant);
    targets.push(ours);
    for (const peer of PEERS) targets.push(await startPeer(peer));
    const connections: Record<string, Level> = {};
    for (const count of options.connections) {
      connections[count] = await runLevel(count, { variant, options, targets, generator, ledger });
    }
    release(targets);
    const kept = (await ours.verify?.(ledger.get(ours) ?? [])) ?? {};
    options.tell(
      `${variant}: ${Object.entries(kept)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    );
    return { connections, kept };
  } finally {
    await generator.stop();
    for (const target of targets) await target.stop();
  }
}

interface Bench {
  readonly variant: Variant;
  readonly options: IngestOptions;
  readonly targets: readonly Target[];
  readonly generator: ServerProcess;
  readonly ledger: Ledger;
}

/** Each round gives every target one turn, so that whatever the machine does besides meets them all. */
async function runLevel(connections: number, bench: Bench): Promise<Level> {
  const { options, targets, generator, ledger } = bench;
  const samples = new Map(targets.map(({ name }) => [name, [] as Sample[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const target of targets) {
      const warmupSeconds = ledger.has(target) ? options.warmup / 10 : options.warmup;
      const turn = { target, connections, seconds: options.seconds, warmupSeconds };
      samples.get(target.name)?.push(await measure(turn, targets, generator, ledger));
    }
  }
  const level = levelOf(samples);
  for (const line of linesOf(bench.variant, connections, level)) options.tell(line);
  return level;
}

function levelOf(samples: ReadonlyMap<string, readonly Sample[]>): Level {
  const ours = samples.get('ours') ?? [];
  const others = [...samples].filter(([name]) => name !== 'ours');
  return {
    ours: summarise(ours),
    peers: Object.fromEntries(others.map(([name, each]) => [name, summarise(each)])),
    ratios: Object.fromEntries(others.map(([name, each]) => [name, median(ratiosOf(ours, each))])),
  };
}

function ratiosOf(ours: readonly Sample[], peer: readonly Sample[]): number[] {
  return ours.map(({ perSecond }, round) => perSecond / (peer[round]?.perSecond ?? Number.NaN));
}

function summarise(samples: readonly Sample[]): Summary {
  const cpu = samples.flatMap(({ cpuMicros }) => cpuMicros ?? []);
  return {
    perSecond: median(samples.map((sample) => sample.perSecond)),
    p50: median(samples.map((sample) => sample.p50)),
    p99: median(samples.map((sample) => sample.p99)),
    generatorCpuShare: median(samples.map((sample) => sample.generatorCpuShare)),
    ...(cpu.length > 0 && { cpuMicros: median(cpu) }),
    rounds: samples.map((sample) => Math.round(sample.perSecond)),
  };
}

function linesOf(variant: string, connections: number, { ours, peers, ratios }: Level): string[] {
  return [['ours', ours] as const, ...Object.entries(peers)].map(([name, summary]) => {
    const ratio = ratios[name] === undefined ? '' : `  ours is ${ratios[name].toFixed(2)}×`;
    const cpu = summary.cpuMicros === undefined ? '' : `  ${summary.cpuMicros.toFixed(0).padStart(4)} µs cpu`;
    const latency = `p50 ${summary.p50.toFixed(2)} ms  p99 ${summary.p99.toFixed(2)} ms`;
    const rate = `${Math.round(summary.perSecond)}/s`.padStart(8);
    return `${variant.padEnd(9)} ${String(connections).padStart(3)} connections  ${name.padEnd(8)} ${rate}  ${latency}${cpu}${ratio}`;
  });
}
