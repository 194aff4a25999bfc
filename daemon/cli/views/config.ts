import type { ConfigRow } from '../../../protocols/operator.ts';
import type { KeyInfo } from '../../config/keys.ts';
import { facts } from '../output/facts.ts';
import type { Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';

const COLUMNS: readonly Column<ConfigRow>[] = [
  { head: 'KEY', cell: ({ key }) => key },
  {
    head: 'FROM',
    cell: ({ source }) => source,
    paint: ({ source }, paint) => (source === 'default' ? paint.dim : paint.green),
  },
  { head: 'VALUE', flexible: true, cell: ({ value }) => formatValue(value) },
];

export const configRendering: Rendering<readonly ConfigRow[]> = {
  names: (rows) => rows.map(({ key }) => key),
  table: (rows, look) => table(rows, COLUMNS, look),
};

/** One key: what it is, what it takes, what it holds and from where, and all that may set it. */
export interface KeyView {
  readonly key: string;
  readonly help: string;
  readonly takes: string;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly source: string;
  readonly flags: readonly string[];
  readonly variables: readonly string[];
}

export function keyViewOf(info: KeyInfo, row: ConfigRow | undefined): KeyView {
  return {
    key: info.key,
    help: info.help,
    takes: info.takes,
    ...(info.fallback !== undefined && { default: info.fallback }),
    ...(row && { value: row.value }),
    source: row?.source ?? 'not set',
    flags: info.flags.map(({ name, value }) => `--${name} ${value}`),
    variables: info.variables.map(({ name }) => name),
  };
}

export const keyRendering: Rendering<KeyView> = {
  names: ({ key }) => [key],
  table: (view, look) => {
    const rows: [string, string][] = [
      ['value', view.value === undefined ? '-' : formatValue(view.value)],
      ['from', view.source],
      ['default', view.default === undefined ? '-' : formatValue(view.default)],
      ['takes', view.takes],
      ...view.flags.map((flag): [string, string] => ['flag', flag]),
      ...view.variables.map((name): [string, string] => ['variable', name]),
      ['file', `${view.key} in mindmesh.yaml`],
    ];
    const help = view.help === '' ? '' : `${view.help}\n`;
    return `${look.paint.bold(view.key)}\n${help}\n${facts(rows, look)}`;
  },
};

function formatValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ') || '[]';
  return JSON.stringify(value);
}
