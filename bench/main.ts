// npm run bench -- CASE [--json] [--rounds N] [--seconds S] [--warmup S] [--connections 1,16,64] [--variants plain,slow-sync,mesh]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runFootprint } from './footprint.ts';
import { type IngestReport, runIngest } from './ingest/ingest.ts';
import { VARIANTS } from './ingest/ours.ts';

/** Each case and what it measures. */
const CASES = {
  ingest: 'webhooks taken in, durable, against Probot and against fastify that stores nothing',
  footprint: 'start, rejoin after a kill, `mindmesh status` and memory of the released bundle',
} as const;

const USAGE = `usage: npm run bench -- CASE [--json] [--rounds N] [--seconds S] [--warmup S] [--connections 1,16,64] [--variants ${VARIANTS.join(',')}]

${Object.entries(CASES)
  .map(([name, about]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      warmup: { type: 'string', default: '5' },
      connections: { type: 'string', default: '1,16,64' },
      variants: { type: 'string', default: VARIANTS.join(',') },
    },
  });
  if (positionals.length === 1 && positionals[0] === 'footprint') {
    const report = await runFootprint();
    console.log(values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2));
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'ingest') {
    console.error(USAGE);
    return 2;
  }
  const wanted = values.variants.split(',');
  const options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmup: Number(values.warmup),
    connections: values.connections.split(',').map(Number),
    variants: VARIANTS.filter((variant) => wanted.includes(variant)),
    tell: (line: string) => console.error(line),
  };
  const report = await runIngest(options);
  if (values.json) console.log(JSON.stringify(summaryOf(report)));
  return 0;
}

/** The headline is the first variant at its highest number of connections; everything else stands below it. */
function summaryOf(report: IngestReport) {
  const [variant, first] = Object.entries(report)[0] ?? [];
  const [connections, level] = Object.entries(first?.connections ?? {}).at(-1) ?? [];
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  const { ours, peers, ratios } = level ?? {};
  return {
    case: 'ingest',
    variant,
    connections: Number(connections),
    ours,
    peers,
    ratios,
    kept: first?.kept,
    variants: report,
    machine,
  };
}
