import type { GeneralView } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const COLUMNS: readonly Column<GeneralView>[] = [
  { head: 'GENERAL', cell: ({ name }) => name },
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  {
    head: 'STATUS',
    cell: ({ status }) => status,
    paint: ({ status }, paint) => ({ active: paint.green, busy: paint.yellow, inactive: paint.red })[status],
  },
  { head: 'LOAD', right: true, cell: ({ current_load, max_load }) => `${current_load}/${max_load}` },
  {
    head: 'NODES',
    right: true,
    cell: ({ replicas }) => `${replicas.filter(({ live }) => live).length}/${replicas.length}`,
    paint: ({ replicas }, paint) => (replicas.every(({ live }) => live) ? (text) => text : paint.yellow),
  },
  { head: 'SPECIALISATIONS', flexible: true, cell: ({ specialization }) => specialization.join(',') },
  { head: 'SERVED BY', wide: true, flexible: true, cell: ({ replicas }) => replicas.map(({ node }) => node).join(',') },
  { head: 'NAMESPACE', wide: true, cell: ({ namespace }) => namespace },
  { head: 'ENDPOINT', wide: true, cell: ({ endpoint }) => endpoint },
];

/** `cluster/name` is what the HTTP routes take. */
export const generalsRendering: Rendering<readonly GeneralView[]> = {
  names: (generals) => generals.map(({ cluster, name }) => `${cluster}/${name}`),
  table: (generals, look) => table(generals, COLUMNS, look),
};
