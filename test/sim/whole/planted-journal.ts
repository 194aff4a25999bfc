import type { Journal } from '../../../roles/ports/journal.ts';
import type { Plant } from './plants.ts';

/** The log as the roles of a node see it; with some plants it does not write what it should. */
export function plantedJournal(plant: Plant | undefined, journal: Journal): Journal {
  if (plant !== 'no accepted record') return journal;
  return {
    get epoch() {
      return journal.epoch;
    },
    append: async (record) => {
      if (record.type === 'accepted') return { origin: record.owner, epoch: journal.epoch, seq: 0 };
      return journal.append(record);
    },
    onCommit: (listener) => journal.onCommit(listener),
    read: (position) => journal.read(position),
  };
}
