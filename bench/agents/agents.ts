import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchMesh } from '../nodes/bench-mesh.ts';
import { AGGREGATOR, ORCHESTRATOR } from '../nodes/task-mesh.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { ServerProcess } from '../server-process.ts';
import type { Reviewed, WorldAnswer, WorldAsk } from './messages.ts';
import { outsideTime } from './outside-time.ts';

export interface AgentsOptions {
  /** Pull requests that are measured. */
  readonly events: number;
  readonly tell: (line: string) => void;
}

export interface AgentsReport {
  readonly case: 'agents';
  readonly events: number;
  /** From the 202 to the first byte of the question at the model, without what GitHub took in between; ms. */
  readonly acknowledgedToModel: Percentiles;
  /** From the 202 to the review at GitHub, without what the model and GitHub took in between; ms. */
  readonly acknowledgedToReview: Percentiles;
  /** The same with everything. */
  readonly whole: Percentiles;
  /** Requests for one review. */
  readonly requests: { readonly github: number; readonly model: number };
}

const REVIEWER = { name: 'reviewer', role: 'general', generals: ['code-review'] } as const;
/** In which the code of fresh processes is compiled. */
const WARMUP_EVENTS = 20;

/** An aggregator, an orchestrator and a code review general, with a GitHub and a model in a process beside them, one pull request after the other. */
export async function runAgents({ events, tell }: AgentsOptions): Promise<AgentsReport> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-agents-'));
  const world = await ServerProcess.start(join(import.meta.dirname, 'processes', 'world.ts'));
  try {
    const mesh = await startMesh(world, dir);
    try {
      await ask(world, { type: 'hook', url: `${mesh.url(AGGREGATOR.name)}/webhook/github`, secret: mesh.secret });
      for (let made = 0; made < WARMUP_EVENTS; made++) await review(world);
      const reviews: Reviewed[] = [];
      for (let made = 0; made < events; made++) reviews.push(await review(world));
      return report(reviews, tell);
    } finally {
      await mesh.stop();
    }
  } finally {
    await world.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function startMesh(world: ServerProcess, dir: string): Promise<BenchMesh> {
  const urls = await ask(world, { type: 'urls' });
  if (urls.type !== 'urls') throw new Error('the world has no addresses');
  const token = join(dir, 'token');
  await writeFile(token, urls.token, { mode: 0o600 });
  return BenchMesh.start({
    nodes: [AGGREGATOR, ORCHESTRATOR, REVIEWER],
    overrides: {
      routing: { defaults: false },
      routes: [
        { name: 'bench', match: { kind: ['pr_created'] }, generals: ['code-review'], strategy: 'load_balanced' },
      ],
      effects: { reviews: 'on' },
      github: { baseUrl: urls.github, token: { file: token }, throttle: false },
      model: { baseUrl: `${urls.model}/v1`, name: 'bench' },
    },
  });
}

async function review(world: ServerProcess): Promise<Reviewed> {
  const reviewed = await ask(world, { type: 'pull' });
  if (reviewed.type !== 'reviewed') throw new Error('the world has no review');
  return reviewed;
}

/** One message, one answer of the kind that belongs to it. */
async function ask(world: ServerProcess, message: WorldAsk): Promise<WorldAnswer> {
  return (await world.ask(message)) as WorldAnswer;
}

function report(reviews: readonly Reviewed[], tell: (line: string) => void): AgentsReport {
  const times = reviews.map(timesOf);
  const middle = (of: (reviewed: Reviewed) => number) => percentilesOf(reviews.map(of)).p50;
  const made: AgentsReport = {
    case: 'agents',
    events: reviews.length,
    acknowledgedToModel: percentilesOf(times.map(({ toModel }) => toModel)),
    acknowledgedToReview: percentilesOf(times.map(({ toReview }) => toReview)),
    whole: percentilesOf(times.map(({ whole }) => whole)),
    requests: { github: middle(({ github }) => github.length), model: middle(({ model }) => model.length) },
  };
  const { acknowledgedToModel: model, acknowledgedToReview: posted } = made;
  tell(
    `acknowledged → model: p50 ${model.p50.toFixed(1)} ms; → review: p50 ${posted.p50.toFixed(1)} ms beyond model and GitHub`,
  );
  return made;
}

/** GitHub may have told of the branch too: the pull request's word is the last that came before the model was asked. */
function timesOf({ hooks, github, model, postedAt }: Reviewed) {
  const asked = Math.min(...model.map(({ at }) => at));
  const acknowledgedAt = Math.max(...hooks.map(({ until }) => until).filter((until) => until <= asked));
  const outside = [...github, ...model];
  return {
    toModel: asked - acknowledgedAt - outsideTime(github, acknowledgedAt, asked),
    toReview: postedAt - acknowledgedAt - outsideTime(outside, acknowledgedAt, postedAt),
    whole: postedAt - acknowledgedAt,
  };
}
