import type { ByteSublevel, ReadOptions } from './tables.ts';
import { readPlaceKey } from './tables.ts';

/** The last row of every log. The work is in the number of logs, not of rows. */
export async function lastRows(
  sublevel: ByteSublevel,
  options: ReadOptions = {},
): Promise<readonly (readonly [key: string, value: Buffer])[]> {
  const found: (readonly [string, Buffer])[] = [];
  const iterator = sublevel.iterator({ reverse: true, ...options });
  try {
    for (let row = await iterator.next(); row; row = await iterator.next()) {
      found.push(row);
      // Behind the log's name sorts each of its rows: backwards from there lies the log before.
      iterator.seek(readPlaceKey(row[0]).log);
    }
  } finally {
    await iterator.close();
  }
  return found;
}
