import { median } from '../median.ts';
import { type Percentiles, percentilesOf, round } from '../percentiles.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { startBare } from './bare.ts';
import { startBullmq } from './bullmq.ts';
import { startJetstream } from './jetstream.ts';
import type { Contender, Measured } from './load.ts';
import { type Ours, startOurs } from './ours.ts';

export interface DispatchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds before the first measurement of each contender; a tenth of it before the others. */
  readonly warmup: number;
  readonly inFlight: readonly number[];
  /** Folder for profiles of our processes. */
  readonly profileDir?: string;
  readonly tell: (line: string) => void;
}

/** The middle of all rounds of one contender. */
export interface DispatchSummary extends Percentiles {
  readonly perSecond: number;
  readonly rounds: readonly number[];
  /** Microseconds of processor time a task takes, by process; absent where the system does not tell. */
  readonly cpuMicros?: Readonly<Record<string, number>>;
}

export interface OurSummary extends DispatchSummary {
  /** From the synced event record to the synced result, milliseconds. */
  readonly dispatch: Percentiles;
  /** From the submission to the synced end of the whole event. */
  readonly whole: Percentiles;
}

export interface DispatchLevel {
  readonly ours: OurSummary;
  readonly peers: Readonly<Record<string, DispatchSummary>>;
  /** Ours to each peer, tasks a second: the middle of the ratios of each round. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface DispatchReport {
  readonly case: 'dispatch';
  readonly taskBytes: number;
  /** By tasks in flight. */
  readonly inFlight: Readonly<Record<string, DispatchLevel>>;
  /** Of the highest number in flight. */
  readonly ratios: Readonly<Record<string, number>>;
  /** With one in flight: milliseconds from the submission until a record is synced at a node, the middle of all tasks. */
  readonly stages: Readonly<Record<string, number>>;
  /** How each contender was made to keep what it acknowledges. */
  readonly sync: Readonly<Record<string, string>>;
}

const TASK_BYTES = 1_024;

interface Sample extends DispatchSummary {
  readonly measured: Measured & Partial<Record<'dispatch' | 'whole', Float64Array>>;
}

export async function runDispatch(options: DispatchOptions): Promise<DispatchReport> {
  const most = Math.max(...options.inFlight);
  const contenders: Contender[] = [];
  try {
    contenders.push(await startBullmq(most), await startJetstream(most), await startBare());
    const ours = await startOurs(options);
    contenders.push(ours);
    const levels: Record<string, DispatchLevel> = {};
    for (const count of options.inFlight) levels[count] = await runLevel(count, contenders, options);
    return {
      case: 'dispatch',
      taskBytes: TASK_BYTES,
      inFlight: levels,
      ratios: levels[most]?.ratios ?? {},
      stages: await stagesOf(ours, options),
      sync: Object.fromEntries(contenders.map(({ name, setup }) => [name, setup.sync ?? ''])),
    };
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

/** Each round gives every contender one turn, so that whatever the machine does besides meets them all. */
async function runLevel(
  inFlight: number,
  contenders: readonly Contender[],
  options: DispatchOptions,
): Promise<DispatchLevel> {
  const samples = new Map(contenders.map(({ name }) => [name, [] as Sample[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of contenders) {
      const warmupSeconds = round === 0 ? options.warmup : options.warmup / 10;
      const sample = await take(contender, { inFlight, seconds: options.seconds, warmupSeconds, bytes: TASK_BYTES });
      samples.get(contender.name)?.push(sample);
    }
  }
  const level = levelOf(samples);
  for (const line of linesOf(inFlight, level)) options.tell(line);
  return level;
}

async function take(contender: Contender, load: Parameters<Contender['run']>[0]): Promise<Sample> {
  const before = cpuOf(contender);
  const measured = await contender.run(load);
  const after = cpuOf(contender);
  const cpuMicros = Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [
      name,
      Math.round(((seconds - (before[name] ?? 0)) * 1e6) / measured.total),
    ]),
  );
  return {
    measured,
    perSecond: measured.roundTrip.length / measured.seconds,
    ...percentilesOf(measured.roundTrip),
    rounds: [],
    ...(Object.keys(cpuMicros).length > 0 && { cpuMicros }),
  };
}

function cpuOf({ pids }: Contender): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).flatMap(([name, pid]) => {
      const seconds = cpuSeconds([pid]);
      return seconds === undefined ? [] : [[name, seconds] as const];
    }),
  );
}

function levelOf(samples: ReadonlyMap<string, readonly Sample[]>): DispatchLevel {
  const ours = samples.get('ours') ?? [];
  const others = [...samples].filter(([name]) => name !== 'ours');
  const ratiosTo = (peer: readonly Sample[]) =>
    ours.map(({ perSecond }, i) => perSecond / (peer[i]?.perSecond ?? Number.NaN));
  return {
    ours: {
      ...summarise(ours),
      dispatch: percentilesOfAll(ours.map(({ measured }) => measured.dispatch)),
      whole: percentilesOfAll(ours.map(({ measured }) => measured.whole)),
    },
    peers: Object.fromEntries(others.map(([name, each]) => [name, summarise(each)])),
    ratios: Object.fromEntries(others.map(([name, each]) => [name, round(median(ratiosTo(each)), 2)])),
  };
}

function summarise(samples: readonly Sample[]): DispatchSummary {
  const middle = (of: (sample: Sample) => number) => median(samples.map(of));
  const processes = Object.keys(samples[0]?.cpuMicros ?? {});
  return {
    perSecond: Math.round(middle(({ perSecond }) => perSecond)),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    rounds: samples.map(({ perSecond }) => Math.round(perSecond)),
    ...(processes.length > 0 && {
      cpuMicros: Object.fromEntries(processes.map((name) => [name, middle(({ cpuMicros }) => cpuMicros?.[name] ?? 0)])),
    }),
  };
}

function percentilesOfAll(rounds: readonly (Float64Array | undefined)[]): Percentiles {
  const each = rounds.map((values) => percentilesOf(values ?? []));
  return { p50: median(each.map(({ p50 }) => p50)), p99: median(each.map(({ p99 }) => p99)) };
}

async function stagesOf(ours: Ours, { seconds, warmup }: DispatchOptions): Promise<Record<string, number>> {
  const stages = await ours.stages({ seconds, warmupSeconds: warmup / 10, bytes: TASK_BYTES });
  const middles = Object.entries(stages).map(([name, times]) => [name, percentilesOf(times).p50] as const);
  return Object.fromEntries(middles.sort(([, a], [, b]) => a - b));
}

function linesOf(inFlight: number, { ours, peers, ratios }: DispatchLevel): string[] {
  return [['ours', ours] as const, ...Object.entries(peers)].map(([name, summary]) => {
    const ratio = ratios[name] === undefined ? '' : `  ours is ${ratios[name].toFixed(2)}×`;
    const cpu = Object.entries(summary.cpuMicros ?? {}).map(([process, micros]) => `${process} ${micros}`);
    const latency = `p50 ${summary.p50.toFixed(2)} ms  p99 ${summary.p99.toFixed(2)} ms`;
    return `${String(inFlight).padStart(3)} in flight  ${name.padEnd(9)} ${`${summary.perSecond}/s`.padStart(8)}  ${latency}  µs: ${cpu.join(', ')}${ratio}`;
  });
}
