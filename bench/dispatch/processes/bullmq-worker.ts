// Does the tasks of a BullMQ queue: bullmq-worker.ts PORT QUEUE CONCURRENCY
import { Worker } from 'bullmq';
import { RESULT_BYTES } from '../load.ts';
import { redisConnection } from './redis-connection.ts';

const [port = '', name = '', concurrency = ''] = process.argv.slice(2);
const result = { summary: 'x'.repeat(RESULT_BYTES) };
const worker = new Worker(name, async () => result, {
  connection: redisConnection(port),
  concurrency: Number(concurrency),
});
await worker.waitUntilReady();
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: '' });
