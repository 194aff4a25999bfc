// npm run torture [-- ingest | sessions] [--full] [--events N] [--kills N] [--rate N] [--seed N] [--json] [--keep]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withUsage } from '../../scripts/with-usage.ts';
import { bundleInto } from '../e2e/mesh.ts';
import { runIngest } from './ingest-run.ts';
import { runMesh } from './mesh-run.ts';
import { runSessions } from './sessions/run.ts';

/** Sizes: what CI runs, and what the promise is judged by. Rates are posts a second. */
const SIZES = {
  mesh: { short: { events: 1_000, kills: 12, rate: 10 }, full: { events: 10_000, kills: 110, rate: 20 } },
  ingest: { short: { events: 0, kills: 10, rate: 0 }, full: { events: 0, kills: 1_000, rate: 0 } },
  sessions: { short: { events: 0, kills: 10, rate: 0 }, full: { events: 0, kills: 1_000, rate: 0 } },
} as const;
type Case = keyof typeof SIZES;

const USAGE = `usage: npm run torture [-- CASE] [--full] [--events N] [--kills N] [--rate N] [--seed N] [--json] [--keep]

  mesh      five daemons behind a chaos proxy, killed while events flow and tasks write outside (the default)
  ingest    one daemon, killed while it takes in, everything unsynced taken away each time
  sessions  one general, killed with at least ten sessions in the middle of a turn

  --full    the sizes of the promise: ${JSON.stringify(SIZES.mesh.full)}, the others ${SIZES.ingest.full.kills} kills`;

/** What every case ends with. */
interface Report {
  readonly events: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  readonly caughtUpMs: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The stories of a few that something is wrong with. */
  readonly suspects: readonly string[];
}

const RUNS: Record<Case, (options: Parameters<typeof runMesh>[0]) => Promise<Report>> = {
  mesh: runMesh,
  ingest: runIngest,
  sessions: runSessions,
};

process.exitCode = await withUsage(USAGE, () => main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'no-effects': { type: 'boolean', default: false },
      events: { type: 'string' },
      kills: { type: 'string' },
      rate: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const [name = 'mesh', ...rest] = positionals;
  if (!isCase(name) || rest.length > 0) {
    say(USAGE);
    return 2;
  }
  const size = SIZES[name][values.full ? 'full' : 'short'];
  const number = (text: string | undefined, fallback: number) => (text === undefined ? fallback : Number(text));
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-torture-'));
  const launcher = await bundleInto(join(dir, 'dist'));
  const options = {
    dir,
    launcher,
    seed: number(values.seed, Date.now() % 1_000_000),
    events: number(values.events, size.events),
    kills: number(values.kills, size.kills),
    rate: number(values.rate, size.rate),
    effects: !values['no-effects'],
    tell: say,
  };
  say(`torture: ${name}, seed ${options.seed}, in ${dir}`);
  return finish(await RUNS[name](options), { dir, json: values.json, keep: values.keep });
}

function isCase(name: string): name is Case {
  return Object.hasOwn(SIZES, name);
}

interface Ending {
  readonly dir: string;
  readonly json: boolean;
  readonly keep: boolean;
}

async function finish({ details, suspects, ...report }: Report, { dir, json, keep }: Ending): Promise<number> {
  const broken = report.lost > 0 || report.doubled > 0;
  say(`torture: ${JSON.stringify(details)}`);
  for (const story of suspects) say(story);
  if (broken || keep) say(`torture: everything is kept in ${dir}`);
  else await rm(dir, { recursive: true, force: true });
  const told = JSON.stringify(report);
  process.stdout.write(json ? `${told}\n` : `${broken ? 'BROKEN' : 'kept'}: ${told}\n`);
  return broken ? 1 : 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
