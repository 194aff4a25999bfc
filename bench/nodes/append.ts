import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Replica } from '../../roles/replica/replica.ts';
import { monotonicMs } from '../monotonic.ts';
import { benchEvent, benchEventId } from './bench-event.ts';
import type { Appended, AppendJob } from './messages.ts';

/** Fills a node's own log. */
export async function appendEvents(
  { count, inFlight, everyMs = 0, bytes }: AppendJob,
  replica: Replica,
): Promise<Appended> {
  const run = randomUUID();
  const calledAt = new Map<string, number>();
  let made = 0;
  let last = await replica.append(benchEvent({ name: `${run}-0`, bytes }));
  const worker = async () => {
    while (made < count - 1) {
      const name = `${run}-${++made}`;
      calledAt.set(benchEventId(name), monotonicMs());
      const position = await replica.append(benchEvent({ name, bytes }));
      if (position.seq > last.seq) last = position;
      if (everyMs > 0) await delay(everyMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { origin, epoch } = last;
  const length = replica.lengthOf(last);
  return { origin, epoch, length, lastEventId: benchEventId(`${run}-${made}`), calledAt };
}
