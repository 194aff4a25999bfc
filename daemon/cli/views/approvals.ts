import type { ApprovalLine } from '../../../protocols/people.ts';
import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock } from '../output/words.ts';

/** Enough to tell texts apart, and more than `/mindmesh ok` wants. */
const SHOWN_HASH = 12;

const COLUMNS: readonly Column<ApprovalLine>[] = [
  { head: 'AGE', right: true, cell: ({ at }, { now }) => ago(at, now) },
  { head: 'ASKED', wide: true, cell: ({ at }) => clock(at) },
  {
    head: 'STATE',
    cell: ({ state }) => state,
    paint: ({ state }, paint) => {
      if (state === 'approved') return paint.green;
      return state === 'denied' ? paint.red : paint.yellow;
    },
  },
  { head: 'SUBJECT', cell: ({ subject }) => subject },
  { head: 'TEXT', cell: ({ textHash }) => textHash.slice(0, SHOWN_HASH) },
  { head: 'WHAT', flexible: true, cell: ({ what }) => what },
  { head: 'BY', cell: ({ by }) => by ?? '' },
  { head: 'VIA', wide: true, cell: ({ via }) => via ?? '' },
  { head: 'SAID', wide: true, cell: ({ saidAt }) => (saidAt === undefined ? '' : clock(saidAt)) },
  { head: 'REASON', wide: true, flexible: true, cell: ({ reason }) => reason ?? '' },
  { head: 'SLOT', wide: true, cell: ({ slot }) => slot ?? '' },
  { head: 'EVENT', wide: true, cell: ({ eventId }) => eventId ?? '' },
];

/** `-o name` is the subject with the text's hash, as `approvals approve` and `deny` take them. */
export const approvalsRendering: Rendering<readonly ApprovalLine[]> = {
  names: (lines) => lines.map(nameOf),
  table: (lines, look) => table(lines, COLUMNS, look),
};

/** What was answered. */
export const approvalRendering: Rendering<ApprovalLine> = {
  names: (line) => [nameOf(line)],
  table: ({ subject, textHash, state, what, by }) =>
    `${clean(subject)} ${textHash.slice(0, SHOWN_HASH)}: ${clean(what)} is ${state}${by === undefined ? '' : ` by ${clean(by)}`}\n`,
};

function nameOf({ subject, textHash }: ApprovalLine): string {
  return `${subject} ${textHash}`;
}
