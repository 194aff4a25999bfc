import type { LockLine } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock } from '../output/words.ts';

const COLUMNS: readonly Column<LockLine>[] = [
  { head: 'REPOSITORY', cell: ({ repository }) => repository },
  { head: 'BRANCH', cell: ({ branch }) => branch },
  {
    head: 'PLACE',
    cell: ({ state, place }) => (state === 'holds' ? 'holds it' : `waits, ${ordinal(place)}`),
    paint: ({ state }, paint) => (state === 'holds' ? paint.green : paint.yellow),
  },
  { head: 'FOR', right: true, cell: ({ since }, { now }) => ago(since, now) },
  { head: 'SINCE', wide: true, cell: ({ since }) => clock(since) },
  { head: 'RUN', cell: ({ run }) => run },
  { head: 'ATTEMPT', wide: true, right: true, cell: ({ attempt }) => String(attempt) },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'SLOT', cell: ({ slot }) => slot },
  { head: 'CLUSTER', wide: true, cell: ({ cluster }) => cluster },
  { head: 'ALL ITS BRANCHES', wide: true, flexible: true, cell: ({ branches }) => branches.join(',') },
  { head: 'EVENT', cell: ({ eventId }) => eventId },
];

/** `-o name` is the branch as it is pushed to. */
export const locksRendering: Rendering<readonly LockLine[]> = {
  names: (lines) => [...new Set(lines.map(({ repository, branch }) => `${repository} ${branch}`))],
  table: (lines, look) => table(lines, COLUMNS, look),
};

const ENDINGS: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };

/** `1st`, `2nd`, `11th`, `23rd`. */
function ordinal(place: number): string {
  const isTeen = Math.floor(place / 10) % 10 === 1;
  return `${place}${isTeen ? 'th' : (ENDINGS[place % 10] ?? 'th')}`;
}
