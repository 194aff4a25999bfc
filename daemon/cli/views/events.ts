import type { EventLine } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import type { Look, Rendering } from '../output/look.ts';
import type { Paint } from '../output/paint.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock } from '../output/words.ts';

const COLUMNS: readonly Column<EventLine>[] = [
  { head: 'AGE', right: true, cell: ({ at }, { now }) => ago(at, now) },
  { head: 'RECEIVED', wide: true, cell: ({ at }) => clock(at) },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'TYPE', wide: true, cell: ({ type }) => type },
  { head: 'SUBJECT', flexible: true, cell: ({ subject }) => subject },
  { head: 'ACTOR', flexible: true, cell: ({ actor }) => actor },
  { head: 'STATE', cell: ({ state }) => state, paint: ({ state }, paint) => paintState(state, paint) },
  { head: 'EVENT', cell: ({ eventId }) => eventId },
];

export const eventsRendering: Rendering<readonly EventLine[]> = {
  names: (events) => events.map(({ eventId }) => eventId),
  table: (events, look) => table(events, COLUMNS, look),
};

/** One event as it comes or changes: times instead of ages, for the line stays. */
export function tailLine({ at, kind, state, subject, actor, eventId }: EventLine, { paint, wide }: Look): string {
  const time = new Date(at).toISOString();
  const parts = [
    paint.dim(wide ? time : time.slice(11, 19)),
    paintState(state, paint)(clean(state).padEnd('received'.length)),
    kind.padEnd('review_submitted'.length),
    clean(subject),
    clean(actor) || '-',
    eventId,
  ];
  return `${parts.join('  ')}\n`;
}

function paintState(state: string, paint: Paint): (text: string) => string {
  if (state === 'done') return paint.green;
  return state === 'dead' || state === 'partly' ? paint.red : paint.yellow;
}
