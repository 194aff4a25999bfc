import type { EvalView } from '../../../protocols/eval-view.ts';
import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const COLUMNS: readonly Column<EvalView>[] = [
  { head: 'GENERAL', cell: ({ general }) => general },
  {
    head: 'PASSED',
    right: true,
    cell: ({ passed, cases }) => `${passed} of ${cases.length}`,
    paint: ({ ok }, paint) => (ok ? paint.green : paint.red),
  },
  { head: 'MARK', right: true, cell: ({ passMark }) => `${Math.round(passMark * 100)} %` },
  { head: 'BY', cell: ({ cases }) => [...new Set(cases.map(({ engine }) => engine))].join(', ') },
  { head: 'TOKENS', wide: true, right: true, cell: ({ cases }) => String(tokensOf(cases)) },
  { head: 'COST', wide: true, right: true, cell: ({ cases }) => `$${costOf(cases).toFixed(4)}` },
];

/** `-o name` is each general that did not reach its mark. */
export const evaluationRendering: Rendering<readonly EvalView[]> = {
  names: (views) => views.filter(({ ok }) => !ok).map(({ general }) => general),
  table: (views, look) => `${table(views, COLUMNS, look)}${failures(views)}`,
};

function failures(views: readonly EvalView[]): string {
  const lines = views.flatMap(({ general, cases }) =>
    cases.filter(({ passed }) => !passed).map(({ id, problems }) => `  ${general} ${id}: ${problems.join('; ')}`),
  );
  return lines.length === 0 ? '' : `\nNot as expected:\n${lines.map((line) => clean(line)).join('\n')}\n`;
}

function tokensOf(cases: EvalView['cases']): number {
  return cases.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0);
}

function costOf(cases: EvalView['cases']): number {
  return cases.reduce((sum, { costUsd }) => sum + costUsd, 0);
}
