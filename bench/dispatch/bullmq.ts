import { join } from 'node:path';
import { startRedis } from '../servers/redis.ts';
import { decodeMeasured } from './decode-measured.ts';
import type { Contender } from './load.ts';
import { startBeside } from './start-beside.ts';

const QUEUE = 'bench';

/** BullMQ on Redis with `appendfsync always`: who submits, who works and Redis are a process each. */
export async function startBullmq(concurrency: number): Promise<Contender> {
  const redis = await startRedis();
  const file = (name: string) => join(import.meta.dirname, 'processes', `bullmq-${name}.ts`);
  const args = [String(redis.port), QUEUE, String(concurrency)];
  const [worker, submitter] = await startBeside(redis, [file('worker'), file('submitter')], args);
  return {
    name: 'bullmq',
    pids: { server: redis.pid, submitter: submitter.pid, worker: worker.pid },
    setup: { sync: 'appendonly yes, appendfsync always' },
    run: async (load) => decodeMeasured(await submitter.ask(load)),
    stop: async () => {
      await Promise.all([submitter.stop(), worker.stop()]);
      await redis.stop();
    },
  };
}
