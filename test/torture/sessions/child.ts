import { createRuntime } from '../../../daemon/runtime.ts';
import { openStore } from '../../../daemon/store/level.ts';
import { type EventId, eventIdOf, slotOf } from '../../../protocols/ids.ts';
import { assembleEffects } from '../../../roles/effects/assemble.ts';
import { General } from '../../../roles/general/general.ts';
import { conducting } from '../../../roles/general/session-runner.ts';
import { PROJECTIONS } from '../../../roles/replica/projections.ts';
import { Replica } from '../../../roles/replica/replica.ts';
import { cardOf, peerNamed } from '../../fakes/cards.ts';
import { meshEvent } from '../../fakes/events.ts';
import { fakeIdentity } from '../../fakes/fake-identity.ts';
import { silentLogger, silentMeter } from '../../fakes/runtime-lite.ts';
import { GENERAL, stageAdapter, talk } from './talk.ts';

/**
 * A process with one general over a real store, for a driver that kills it. It takes `{offer: number}` and says `{up: true}`,
 * `{accepted: number}`, and `{done: event id}` for each record that says so, those of earlier lives too.
 */
const [dir = '', url = ''] = process.argv.slice(2);
const say = (message: object) => process.send?.(message);
const OWNER = peerNamed('owner');
const card = {
  ...cardOf('talker'),
  generals: [{ name: GENERAL, specialisations: [], concurrency: 16, capacity: 64 }],
};

const runtime = createRuntime(silentLogger);
const { disk, tables } = await openStore({ dir }, { runtime });
const identity = fakeIdentity(card.peer);
const meter = silentMeter;
const journal = new Replica({ card }, { disk, tables, identity, runtime, projections: PROJECTIONS, meter });
await journal.start();
journal.onCommit((entries) => {
  for (const { decoded } of entries)
    if (decoded.ok && decoded.record.type === 'done') say({ done: decoded.record.eventId });
});
const effects = assembleEffects(
  { self: card.peer },
  { adapters: { comment: stageAdapter(url) }, journal, tables, runtime, meter },
);
const general = new General(
  { self: card, generals: card.generals },
  {
    ...{ journal, tables, runtime, meter },
    templates: { render: (name) => name },
    conduct: conducting(talk(url, () => effects.desk)),
    dispatcher: { offer: () => Promise.reject(new Error('a general offers nothing')), note: () => undefined },
  },
);
await effects.start();
await general.start();
for (const [key] of await tables.range('ended')) say({ done: key.split('\u0000', 1)[0] });
// The driver's channel keeps the process alive: it is a general without a mesh.
process.on('message', (message: { offer: number }) => void offer(message.offer));
process.on('disconnect', () => process.exit());
say({ up: true });

async function offer(number: number): Promise<void> {
  const eventId: EventId = eventIdOf('github', `session-${number}`);
  const subject = `acme/app#${number}`;
  const reply = await general.offer(OWNER, {
    ...{ type: 'offer', eventId, slot: slotOf(GENERAL), general: GENERAL, subject, number: 0, priority: 'normal' },
    ...{ attempts: 0, deadline: Date.now() + 86_400_000, event: meshEvent({ id: eventId, subject }) },
  });
  if (reply.type === 'accept') say({ accepted: number });
}
