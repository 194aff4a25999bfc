import { parentPort } from 'node:worker_threads';
import * as z from 'zod';
import { PLANTS } from './plants.ts';
import { run } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { resultOf } from './summary.ts';

/** One run, asked for by its seed. */
export const JobSchema = z.object({ seed: z.int(), events: z.int().positive(), plant: z.enum(PLANTS).optional() });
export type Job = z.infer<typeof JobSchema>;

parentPort?.on('message', (message: unknown) => {
  const { seed, events, plant } = JobSchema.parse(message);
  void run(scheduleOf({ seed, events }), { plant }).then((outcome) => parentPort?.postMessage(resultOf(outcome)));
});
