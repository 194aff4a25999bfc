import type { PingView } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const COLUMNS: readonly Column<PingView>[] = [
  { head: 'NODE', cell: ({ name }) => name },
  { head: 'ROUND TRIP', right: true, cell: ({ rttMs }) => `${rttMs.toFixed(rttMs < 10 ? 2 : 0)} ms` },
  { head: 'PEER', wide: true, cell: ({ peer }) => peer },
];

export const pingRendering: Rendering<readonly PingView[]> = {
  names: (pings) => pings.map(({ name }) => name),
  table: (pings, look) => table(pings, COLUMNS, look),
};
