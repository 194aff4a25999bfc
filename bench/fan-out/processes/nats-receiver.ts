// Notes when messages arrive, as they are and from a stream: nats-receiver.ts URL STREAM
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { monotonicMs } from '../../monotonic.ts';

export interface Received {
  /** Subject → monotonic milliseconds. */
  readonly arrivedAt: ReadonlyMap<string, number>;
}

const [servers = '', stream = ''] = process.argv.slice(2);
const connection = await connect({ servers });
const arrivedAt = new Map<string, number>();
const note = (subject: string) => arrivedAt.set(subject, monotonicMs());
connection.subscribe('plain.*', { callback: (_error, { subject }) => void note(subject) });
const consumer = await jetstream(connection).consumers.get(stream, { deliver_policy: DeliverPolicy.New });
await consumer.consume({ callback: ({ subject }) => void note(subject) });
await connection.flush();

process.on('message', () => process.send?.({ arrivedAt }));
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: '' });
