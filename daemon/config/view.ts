import type { ConfigRow } from '../../protocols/operator.ts';
import type { Settings } from './config.ts';
import { type KeyInfo, settableKeys } from './keys.ts';
import type { Sources } from './merge.ts';
import { formatSource, type Source } from './problem.ts';
import { valueAt } from './tree.ts';
import { formatDuration, formatSize } from './units.ts';

/** Every key that has a value, as people write it, with `--name`, `$NAME`, `file:line` or `default` beside it. Secrets are references here. */
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
