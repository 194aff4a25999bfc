import { parseArgs } from 'node:util';
import { VARIANTS, type Variant } from './ingest/ours.ts';

/** Everything that can be said on the command line; each case takes what concerns it. */
export interface BenchOptions {
  readonly json: boolean;
  readonly write: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly connections: readonly number[];
  readonly variants: readonly Variant[];
  readonly inFlight: readonly number[];
  readonly records: number;
  readonly nodes: number;
  /** 0: what the case takes by itself. */
  readonly events: number;
  readonly keepSeconds: number;
  readonly profileDir?: string;
  readonly repo: string;
  readonly at: string;
  readonly commits: number;
  /** Hears what is going on, line by line. */
  readonly tell: (line: string) => void;
}

export const OPTIONS_HELP = `  --json                      the report as one line at the end
  --write                     keep the report in docs/benchmarks.json and write docs/benchmarks.md
  --rounds N --seconds S --warmup S     default 5 rounds of 4 s after 5 s
  --connections 1,16,64 --variants ${VARIANTS.join(',')}     ingest
  --in-flight 1,64            dispatch
  --profile DIR               dispatch, catch-up: processor profiles of our processes
  --records N                 catch-up, default 100000
  --nodes N                   fan-out, default 30
  --events N                  latency (default 1000), fan-out (default 100), soak (default 20000; 1000000 at full size)
  --repo PATH --at COMMIT --commits N     retrieval: a repository (default: this one), so many commits back (default 400) from one (default HEAD)
  --keep-seconds S            soak: how long settled events are kept, default 60`;

/** @throws TypeError for an unknown option */
export function parseOptions(args: readonly string[]): { readonly names: readonly string[]; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      warmup: { type: 'string', default: '5' },
      connections: { type: 'string', default: '1,16,64' },
      variants: { type: 'string', default: VARIANTS.join(',') },
      'in-flight': { type: 'string', default: '1,64' },
      records: { type: 'string', default: '100000' },
      nodes: { type: 'string', default: '30' },
      events: { type: 'string', default: '0' },
      'keep-seconds': { type: 'string', default: '60' },
      profile: { type: 'string' },
      repo: { type: 'string', default: '.' },
      at: { type: 'string', default: 'HEAD' },
      commits: { type: 'string', default: '400' },
    },
  });
  const wanted = values.variants.split(',');
  const options = {
    json: values.json,
    write: values.write,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmup: Number(values.warmup),
    connections: values.connections.split(',').map(Number),
    variants: VARIANTS.filter((variant) => wanted.includes(variant)),
    inFlight: values['in-flight'].split(',').map(Number),
    records: Number(values.records),
    nodes: Number(values.nodes),
    events: Number(values.events),
    keepSeconds: Number(values['keep-seconds']),
    repo: values.repo,
    at: values.at,
    commits: Number(values.commits),
    ...(values.profile !== undefined && { profileDir: values.profile }),
    tell: (line: string) => console.error(line),
  };
  return { names: positionals, options };
}
