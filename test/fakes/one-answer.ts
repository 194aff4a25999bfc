import type { Scene } from '../../roles/general/conversation.ts';
import type { ConversationParts } from '../../roles/general/conversation-parts.ts';
import { conductsOf } from '../../roles/general/conversations.ts';
import type { Analysis } from '../../roles/general/engine.ts';
import { SessionRunner } from '../../roles/general/session-runner.ts';
import { cardOf } from './cards.ts';
import { MemoryJournal } from './journal.ts';
import { countingMeter } from './manual-runtime.ts';

type Parts = Pick<ConversationParts, 'model' | 'templates' | 'runtime'> & Partial<ConversationParts>;

/** What a general answers to an event that somebody waits for on a connection: nothing is recorded, nothing happens outside. */
export function oneAnswer(scene: Scene, parts: Parts, deadlineMs = 60_000): Promise<Analysis> {
  const journal = new MemoryJournal();
  const whole = { journal, tables: journal.tables, meter: countingMeter(), ...parts };
  const conduct = conductsOf({ self: cardOf('node'), deadlineMs }, whole)(scene.general.name);
  return conduct(new SessionRunner(parts), scene);
}
