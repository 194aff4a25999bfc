import { WIRE_VERSION } from '../../../protocols/names.ts';
import type { NodeCard } from '../../../protocols/presence.ts';
import type { MeshRecord } from '../../../protocols/record.ts';
import type { Journal } from '../../../roles/ports/journal.ts';

export const NEXT_VERSION = '0.2.0';

/** One record of a type that the others do not know comes with so many that they do. */
const UNKNOWN_EVERY = 10;

/**
 * The log of a node of the next version, to which all others are one version behind (L3): every record it writes has a field that
 * they do not know, and some are of a type that they cannot read. Those they keep, pass on, and skip.
 * @param card of another node: the writer itself takes what is new for such a card, of which nothing is made
 */
export function nextBuild(journal: Journal, card: NodeCard): Journal {
  let written = 0;
  return {
    get epoch() {
      return journal.epoch;
    },
    append: async (record) => {
      written += 1;
      const isWithAnother = written % UNKNOWN_EVERY === 0;
      const none = { v: WIRE_VERSION, type: 'card', at: record.at, card } as const;
      const another = encoded({ ...record, type: 'of the next version' });
      // Both at once: what is asked for first is written first.
      const [position] = await Promise.all([
        journal.append(record, encoded(record)),
        isWithAnother && journal.append(none, another),
      ]);
      return position;
    },
    ...(journal.beforeCommit && { beforeCommit: journal.beforeCommit.bind(journal) }),
    onCommit: (listener) => journal.onCommit(listener),
    read: (position) => journal.read(position),
  };
}

function encoded(record: Omit<MeshRecord, 'type'> & { readonly type: string }): Uint8Array {
  return Buffer.from(JSON.stringify({ ...record, sinceTheNextVersion: { yes: true } }));
}
