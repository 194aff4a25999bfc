// Submits tasks to BullMQ and learns their results by its stream of events: bullmq-submitter.ts PORT QUEUE
import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents } from 'bullmq';
import { type Load, submitAll } from '../load.ts';
import { redisConnection } from './redis-connection.ts';

const [port = '', name = ''] = process.argv.slice(2);
const queue = new Queue(name, { connection: redisConnection(port) });
const events = new QueueEvents(name, { connection: redisConnection(port) });
const waiting = new Map<string, () => void>();
events.on('completed', ({ jobId }) => {
  waiting.get(jobId)?.();
  waiting.delete(jobId);
});
await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);

process.on('message', (load: Load) => {
  const run = randomUUID();
  const filling = 'x'.repeat(load.bytes);
  const submit = async (number: number) => {
    const jobId = `${run}-${number}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(jobId, resolve);
    await queue.add('task', { filling }, { jobId });
    await promise;
  };
  void submitAll(load, submit).then((measured) => process.send?.(measured));
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: '' });
