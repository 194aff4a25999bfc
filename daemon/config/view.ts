import type { Settings } from './config.ts';
import { type KeyInfo, settableKeys } from './keys.ts';
import type { Sources } from './merge.ts';
import { formatSource, type Source } from './problem.ts';
import { valueAt } from './tree.ts';
import { formatDuration, formatSize } from './units.ts';

/** One key with its value, for `config view` and `GET /v1/config`. Secrets are references here: there is nothing to hide. */
export interface ConfigRow {
  readonly key: string;
  /** As people write it. */
  readonly value: unknown;
  /** `--name`, `$NAME`, `file:line` or `default`. */
  readonly source: string;
}

export function configRows(settings: Settings, sources: Sources): ConfigRow[] {
  return settableKeys().flatMap((info) => {
    const value = written(info, valueAt(settings, info.key.split('.')));
    const source: Source = sources.get(info.key) ?? { from: 'default' };
    return value === undefined ? [] : [{ key: info.key, value, source: formatSource(source) }];
  });
}

function written({ takes }: KeyInfo, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (takes === 'time') return formatDuration(value);
  return takes === 'size' ? formatSize(value) : value;
}
