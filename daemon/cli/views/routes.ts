import type { RouteView } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const COLUMNS: readonly Column<RouteView>[] = [
  { head: 'ROUTE', cell: ({ name }) => name },
  { head: 'WHEN', flexible: true, cell: ({ match }) => formatMatch(match) },
  { head: 'GENERALS', flexible: true, cell: ({ generals }) => generals.join(', ') },
  { head: 'STRATEGY', cell: ({ strategy }) => strategy },
  { head: 'PRIORITY', cell: ({ priority }) => priority },
  { head: 'FROM', wide: true, cell: ({ origin }) => origin },
];

export const routesRendering: Rendering<readonly RouteView[]> = {
  names: (routes) => routes.map(({ name }) => name),
  table: (routes, look) => table(routes, COLUMNS, look),
};

function formatMatch(match: RouteView['match']): string {
  const parts = Object.entries(match).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('|') : value}`);
  return parts.join(' ') || 'always';
}
