// Makes the streams and does the tasks: jetstream-worker.ts URL CONCURRENCY
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { RESULT_BYTES } from '../load.ts';
import { RESULTS, TASKS } from './jetstream-names.ts';

const [servers = '', concurrency = ''] = process.argv.slice(2);
const connection = await connect({ servers });
const manager = await jetstreamManager(connection);
await manager.streams.add({
  name: TASKS.stream,
  subjects: [`${TASKS.subject}.*`],
  storage: StorageType.File,
  retention: RetentionPolicy.Workqueue,
});
await manager.streams.add({ name: RESULTS.stream, subjects: [`${RESULTS.subject}.*`], storage: StorageType.File });
await manager.consumers.add(TASKS.stream, {
  durable_name: TASKS.consumer,
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: Number(concurrency),
});

const js = jetstream(connection);
const result = new Uint8Array(RESULT_BYTES).fill(120);
const tasks = await js.consumers.get(TASKS.stream, TASKS.consumer);
await tasks.consume({
  max_messages: Number(concurrency),
  callback: (task) => {
    const id = task.subject.slice(TASKS.subject.length + 1);
    // The task is taken out only when its result is stored: the other way round a crash would lose it.
    void js.publish(`${RESULTS.subject}.${id}`, result).then(() => task.ack());
  },
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: '' });
