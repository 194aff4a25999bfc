import type { TaskLine } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock, shortPeer } from '../output/words.ts';

const COLUMNS: readonly Column<TaskLine>[] = [
  { head: 'AGE', right: true, cell: ({ since }, { now }) => ago(since, now) },
  { head: 'SINCE', wide: true, cell: ({ since }) => clock(since) },
  {
    head: 'STATE',
    cell: ({ state }) => state,
    paint: ({ state }, paint) => {
      if (state === 'done' || state === 'superseded') return paint.green;
      return state === 'failed' || state === 'dead' ? paint.red : paint.yellow;
    },
  },
  { head: 'SLOT', cell: ({ slot }) => slot },
  { head: 'SUBJECT', flexible: true, cell: ({ subject }) => subject },
  { head: 'PRIORITY', cell: ({ priority }) => priority ?? '' },
  { head: 'NODE', cell: ({ node, nodeName }) => nodeName ?? (node === undefined ? '' : shortPeer(node)) },
  { head: 'ATTEMPTS', right: true, cell: ({ attempts }) => String(attempts) },
  { head: 'KIND', wide: true, cell: ({ kind }) => kind },
  { head: 'NOTE', flexible: true, cell: ({ note }) => note ?? '' },
  { head: 'EVENT', cell: ({ eventId }) => eventId },
];

/** `-o name` is the event with its slot, as `dlq retry` takes them. */
export const tasksRendering: Rendering<readonly TaskLine[]> = {
  names: (tasks) => tasks.map(({ eventId, slot }) => `${eventId} ${slot}`),
  table: (tasks, look) => table(tasks, COLUMNS, look),
};
