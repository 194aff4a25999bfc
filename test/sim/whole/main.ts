import { parseArgs } from 'node:util';
import { withUsage } from '../../../scripts/with-usage.ts';
import { PLANTS, type Plant } from './plants.ts';
import { runAll } from './pool.ts';
import { run } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { shrink } from './shrink.ts';
import { storyOf } from './story.ts';
import { isClean, type Result, summaryOf } from './summary.ts';
import { bite } from './teeth.ts';

const USAGE = `npm run sim -- [--seeds 100] [--from 1] [--events 200] [--minutes 9] [--json]
npm run sim -- --seed N --story [--events 200] [--plant "no sync"] [--whole]
npm run sim -- --teeth [--seeds 60] [--events 200] [--json]
`;
/** A seed that fails is cut down and told; more than a few stories help nobody. */
const MAX_STORIES = 3;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      minutes: { type: 'string', default: 'Infinity' },
      events: { type: 'string', default: '200' },
      seed: { type: 'string' },
      story: { type: 'boolean', default: false },
      whole: { type: 'boolean', default: false },
      plant: { type: 'string' },
      teeth: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [from, events] = [Number(values.from), Number(values.events)];
  const plant = PLANTS.find((each) => each === values.plant);
  if (values.seed !== undefined) return tellOne({ seed: Number(values.seed), events, plant, whole: values.whole });
  if (values.teeth) return showTeeth({ from, events, seeds: Number(values.seeds ?? 60), json: values.json });
  const most = { seeds: Number(values.seeds ?? 100), minutes: Number(values.minutes) };
  return runMany({ from, events, ...most, json: values.json });
}

interface ManyOptions {
  readonly from: number;
  readonly seeds: number;
  readonly events: number;
  /** Seeds that have not begun by then are left out; how many were run is said. */
  readonly minutes: number;
  readonly json: boolean;
}

async function runMany({ from, seeds, events, minutes, json }: ManyOptions): Promise<number> {
  const until = performance.now() + minutes * 60_000;
  const results: Result[] = [];
  let next = from;
  await runAll(
    () => (next < from + seeds && performance.now() < until ? { seed: next++, events } : undefined),
    (result) => {
      results.push(result);
      progress(`${results.length}/${seeds} seeds, ${results.filter((each) => !isClean(each)).length} failed`);
    },
  );
  progress('');
  const failed = results.filter((each) => !isClean(each)).sort((a, b) => a.seed - b.seed);
  for (const { seed } of failed.slice(0, MAX_STORIES)) await tellOne({ seed, events, plant: undefined, whole: false });
  if (failed.length > 0) process.stderr.write(`failed: ${failed.map(({ seed }) => seed).join(' ')}\n`);
  const summary = summaryOf(results);
  return say(
    json ? `${JSON.stringify(summary)}\n` : `${tableOf(summary)}\n`,
    results.length > 0 && failed.length === 0 ? 0 : 1,
  );
}

async function tellOne(options: {
  seed: number;
  events: number;
  plant: Plant | undefined;
  whole: boolean;
}): Promise<number> {
  const { seed, events, plant, whole } = options;
  const outcome = await run(scheduleOf({ seed, events }), { plant });
  const isBad = !isClean(outcome);
  process.stderr.write(storyOf(isBad && !whole ? await shrink(outcome, { plant }) : outcome));
  return isBad ? 1 : 0;
}

async function showTeeth(options: { from: number; seeds: number; events: number; json: boolean }): Promise<number> {
  const teeth = await bite(options, (plant, seed) => progress(`${plant}: caught by seed ${seed}\n`));
  const shown = options.json
    ? JSON.stringify(teeth)
    : tableOf({ ...teeth.seeds, planted: teeth.planted, caught: teeth.caught });
  return say(`${shown}\n`, teeth.caught === teeth.planted ? 0 : 1);
}

function tableOf(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name.padEnd(22)} ${value}`)
    .join('\n');
}

/** One line that is written over; nothing where nobody looks. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

process.exitCode = await withUsage(USAGE, main);
