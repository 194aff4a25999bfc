import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Result } from './summary.ts';
import type { Job } from './worker.ts';

/**
 * Runs worlds on all cores, each core one after the other. `next` gives the jobs, `done` is told of each result; resolves when
 * there is no further job. Rejects when a run throws.
 */
export async function runAll(next: () => Job | undefined, done: (result: Result, job: Job) => void): Promise<void> {
  await Promise.all(Array.from({ length: availableParallelism() }, () => runOnOne(next, done)));
}

/**
 * A run makes much that is soon needed no more: with room for it the collector has a tenth less to do. All cores are taken, so
 * helpers of the collector only get into their way: without them (`--single-threaded-gc`) a run costs another tenth less.
 */
const YOUNG_MB = 96;

function runOnOne(next: () => Job | undefined, done: (result: Result, job: Job) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    // Node strips the types itself: what tsx makes of a module is a tenth slower and takes longer to load.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let job = next();
  const go = () => {
    if (job === undefined) worker.terminate().then(() => resolve(), reject);
    else worker.postMessage(job);
  };
  worker.on('message', (result: Result) => {
    if (job !== undefined) done(result, job);
    job = next();
    go();
  });
  worker.on('error', (error) => reject(new Error(`seed ${job?.seed} broke the simulator`, { cause: error })));
  go();
  return promise;
}
