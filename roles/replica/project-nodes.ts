import { comparePositions, type Position } from '../../protocols/ids.ts';
import { tableKey } from '../ports/tables.ts';
import { byType, type Projection, put } from './projection.ts';
import { decodeRow } from './rows.ts';

/** The newest status a person gave each general. */
export const GENERALS: Projection = {
  name: 'generals',
  version: 1,
  tables: ['generals'],
  keeps: (_table, _key, value, isCut) => isOfCut(decodeRow('generals', value), isCut),
  project: byType({
    'general-status': ({ record, position }, rows) => {
      const { cluster, general, status, at } = record;
      const key = tableKey(cluster, general);
      return isNewer(position, at, rows.get('generals', key))
        ? [put('generals', key, { ...position, at, status })]
        : [];
    },
  }),
};

/** The newest card of each node, as it says itself: epochs and records of one origin are in order. */
export const CARDS: Projection = {
  name: 'cards',
  version: 1,
  tables: ['cards'],
  keeps: (_table, _key, value, isCut) => isOfCut(decodeRow('cards', value), isCut),
  project: byType({
    card: ({ record, position }, rows) => {
      const { card, at } = record;
      if (card.peer !== position.origin) return [];
      const known = rows.get('cards', card.peer);
      const isLatest = known === undefined || comparePositions(position, known) > 0;
      return isLatest ? [put('cards', card.peer, { ...position, at, card })] : [];
    },
  }),
};

/** Later by its own clock; equal times are settled by the position, so that every node chooses the same. */
export function isNewer(a: Position, at: number, b: (Position & { readonly at: number }) | undefined): boolean {
  return b === undefined || at > b.at || (at === b.at && comparePositions(a, b) > 0);
}

/** The newest of its kind, and its record is gone. */
export function isOfCut(row: Position | undefined, isCut: (position: Position) => boolean): boolean {
  return row !== undefined && isCut(row);
}
