import { openStore } from '../../daemon/store/level.ts';
import { asMeshError } from '../../protocols/errors.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { cardOf, peerNamed } from '../fakes/cards.ts';
import { fakeIdentity } from '../fakes/fake-identity.ts';
import { countingMeter, manualRuntime } from '../fakes/manual-runtime.ts';
import { eventRecord } from '../fakes/records.ts';

/**
 * A process that uses a store, for tests that lock or kill it. One word a line on its output:
 *     open                 it is open
 *     failed <code>        it could not be opened
 *     <number>             the event of this number was acknowledged
 */
const [command, dir = '', first = '0'] = process.argv.slice(2);
const say = (word: string | number) => process.stdout.write(`${word}\n`);
const WRITERS = 16;

try {
  const runtime = manualRuntime({ seed: Date.now() % 1_000_000, wall: Date.now() });
  const store = await openStore({ dir }, { runtime });
  say('open');
  if (command === 'open') await store.close();
  if (command === 'hold') setInterval(() => undefined, 60_000);
  if (command === 'append') {
    const identity = fakeIdentity(peerNamed('child'));
    const { disk, tables } = store;
    const parts = { disk, tables, identity, runtime, projections: PROJECTIONS, meter: countingMeter() };
    const replica = new Replica({ card: cardOf('child') }, parts);
    await replica.start();
    let next = Number(first);
    const writers = Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const number = next++;
        await replica.append(eventRecord(number));
        say(number);
      }
    });
    await Promise.all(writers);
  }
} catch (error) {
  say(`failed ${asMeshError(error).code}`);
}
