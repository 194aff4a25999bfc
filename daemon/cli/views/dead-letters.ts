import type { DeadLetter, DeadLetterChange, ExplainView } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock } from '../output/words.ts';
import { taskPart } from './task.ts';

const COLUMNS: readonly Column<DeadLetter>[] = [
  { head: 'AGE', right: true, cell: ({ at }, { now }) => ago(at, now) },
  { head: 'GIVEN UP', wide: true, cell: ({ at }) => clock(at) },
  { head: 'SLOT', cell: ({ slot }) => slot },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'SUBJECT', flexible: true, cell: ({ subject }) => subject },
  { head: 'ATTEMPTS', right: true, cell: ({ attempts }) => String(attempts) },
  { head: 'ROUND', wide: true, right: true, cell: ({ round }) => String(round) },
  { head: 'WHY', flexible: true, cell: ({ reason }) => reason },
  { head: 'EVENT', cell: ({ eventId }) => eventId },
];

/** `-o name` is the event with its slot, as `dlq retry` and `dlq drop` take them. */
export const deadLettersRendering: Rendering<readonly DeadLetter[]> = {
  names: (letters) => letters.map(({ eventId, slot }) => `${eventId} ${slot}`),
  table: (letters, look) => table(letters, COLUMNS, look),
};

/** What of an event was given up: who was asked, what was tried, why it ended. */
export const deadLetterRendering: Rendering<ExplainView> = {
  names: ({ eventId, tasks }) => tasks.map(({ slot }) => `${eventId} ${slot}`),
  table: (view, look) => {
    const title = view.title === '' ? '' : `: ${clean(view.title)}`;
    const rows: [string, string][] = [
      ['event', view.eventId],
      ['what', `${view.kind} (${view.type})`],
      ['received', clock(view.receivedAt)],
    ];
    const tasks = view.tasks.map((task) => taskPart(task, view.names ?? {}, look));
    const fix = `  fix: mend the reason, then \`mindmesh dlq retry ${view.eventId}\`; or \`dlq drop\` to list it no more.\n`;
    return [`${look.paint.bold(clean(view.subject))}${title}\n${facts(rows, look)}`, ...tasks, fix].join('\n');
  },
};

/** @param what was done with them: `tried anew` or `dropped` */
export function changeRendering(what: string): Rendering<DeadLetterChange> {
  return {
    names: ({ eventId, slots }) => slots.map((slot) => `${eventId} ${slot}`),
    table: ({ eventId, slots }) => slots.map((slot) => `${slot} of ${eventId}: ${what}\n`).join(''),
  };
}
