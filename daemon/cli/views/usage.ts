import type { UsageLine, UsageView } from '../../../protocols/usage-view.ts';
import type { Look, Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const FIGURES: readonly Column<UsageLine>[] = [
  { head: 'CALLS', right: true, cell: ({ calls }) => String(calls) },
  { head: 'SENT', right: true, cell: ({ promptTokens }) => grouped(promptTokens) },
  { head: 'ANSWERED', right: true, cell: ({ completionTokens }) => grouped(completionTokens) },
  { head: 'COST', right: true, cell: ({ costNanoUsd }) => dollars(costNanoUsd, 4) },
  { head: 'EXACTLY', wide: true, right: true, cell: ({ costNanoUsd }) => dollars(costNanoUsd, 9) },
];

export const usageRendering: Rendering<UsageView> = {
  names: ({ lines }) => lines.flatMap(({ name }) => (name === '' ? [] : [name])),
  table: (view, look) => tableOf(view, look),
};

function tableOf({ by, since, lines, total }: UsageView, look: Look): string {
  const columns: readonly Column<UsageLine>[] = [
    { head: by.toUpperCase(), flexible: true, cell: ({ name }) => name || '(none)' },
    ...FIGURES,
  ];
  const all = lines.length > 1 ? [...lines, { name: 'all', ...total }] : lines;
  return `since ${since}, tokens by the figures of the providers\n${table(all, columns, look)}`;
}

/** `1234567` → `1 234 567`. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** Without a detour over fractions of two. */
function dollars(nanoUsd: number, digits: number): string {
  const unit = 10 ** (9 - digits);
  const rounded = Math.round(nanoUsd / unit);
  const text = String(rounded).padStart(digits + 1, '0');
  return `$${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
