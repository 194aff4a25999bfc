import { clean } from './clean.ts';
import type { Look } from './look.ts';
import type { Paint } from './paint.ts';

export interface Column<Row> {
  readonly head: string;
  cell(row: Row, look: Look): string;
  /** Shown only with `-o wide`. */
  readonly wide?: true;
  readonly right?: true;
  /** May be cut where the window is too narrow. */
  readonly flexible?: true;
  paint?(row: Row, paint: Paint): (text: string) => string;
}

const GAP = '  ';
/** A column is not cut below this. */
const LEAST = 8;

/** Rows under their heads, aligned, cut to the window where there is one. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], look: Look): string {
  if (rows.length === 0) return '(none)\n';
  const shown = columns.filter((column) => look.wide || column.wide !== true);
  const cells = rows.map((row) => shown.map((column) => clean(column.cell(row, look)) || '-'));
  const widths = fit(shown, cells, look.width);
  const head = line(shown.map((column, i) => [column, column.head, widths[i] ?? 0, look.paint.dim] as const));
  const body = rows.map((row, r) =>
    line(
      shown.map((column, i) => [column, cells[r]?.[i] ?? '', widths[i] ?? 0, column.paint?.(row, look.paint)] as const),
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

type Cell = readonly [
  column: { readonly right?: true },
  text: string,
  width: number,
  brush: ((text: string) => string) | undefined,
];

function line(cells: readonly Cell[]): string {
  const padded = cells.map(([column, text, width, brush], i) => {
    const short = cut(text, width);
    const space = ' '.repeat(width - lengthOf(short));
    const painted = brush === undefined ? short : brush(short);
    if (column.right) return space + painted;
    return i === cells.length - 1 ? painted : painted + space;
  });
  return padded.join(GAP);
}

function fit<Row>(columns: readonly Column<Row>[], cells: readonly (readonly string[])[], width?: number): number[] {
  const widths = columns.map(({ head }, i) => Math.max(lengthOf(head), ...cells.map((row) => lengthOf(row[i] ?? ''))));
  if (width === undefined) return widths;
  for (;;) {
    const over = widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1)) - width;
    if (over <= 0) return widths;
    const widest = columns.reduce(
      (best, column, i) => (column.flexible && (widths[i] ?? 0) > (widths[best] ?? LEAST) ? i : best),
      -1,
    );
    if (widest === -1) return widths;
    widths[widest] = Math.max(LEAST, (widths[widest] ?? 0) - over);
  }
}

export function cut(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
