// Submits tasks to a JetStream stream and learns their results from another: jetstream-submitter.ts URL
import { randomUUID } from 'node:crypto';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Load, submitAll } from '../load.ts';
import { RESULTS, TASKS } from './jetstream-names.ts';

const [servers = ''] = process.argv.slice(2);
const js = jetstream(await connect({ servers }));
const waiting = new Map<string, () => void>();
// A result is known once the stream that stores it hands it out, not when its publisher sends it.
const results = await js.consumers.get(RESULTS.stream, { deliver_policy: DeliverPolicy.New });
await results.consume({
  max_messages: 500,
  callback: ({ subject }) => {
    const id = subject.slice(RESULTS.subject.length + 1);
    waiting.get(id)?.();
    waiting.delete(id);
  },
});

process.on('message', (load: Load) => {
  const run = randomUUID();
  const task = new Uint8Array(load.bytes).fill(120);
  const submit = async (number: number) => {
    const id = `${run}-${number}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(id, resolve);
    await js.publish(`${TASKS.subject}.${id}`, task);
    await promise;
  };
  void submitAll(load, submit).then((measured) => process.send?.(measured));
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: '' });
