import { tableKey } from '../ports/tables.ts';
import { isNewer } from './project-nodes.ts';
import { byType, type Projection, put } from './projection.ts';

/** Which texts of issues are being developed, or were: of several decisions, as two owners in a partition make them, the oldest counts. */
export const DEVELOPMENTS: Projection = {
  name: 'developments',
  version: 1,
  tables: ['developments'],
  // What was begun stays begun.
  keeps: () => true,
  project: byType({
    distribution: ({ record, position }, rows) => {
      const { development, subject, eventId, at } = record;
      if (development === undefined) return [];
      const key = tableKey(subject, development.textHash);
      const known = rows.get('developments', key);
      const isOlder = known === undefined || isNewer(known, known.at, { ...position, at });
      return isOlder ? [put('developments', key, { ...position, at, eventId })] : [];
    },
  }),
};
