import { resolve } from 'node:path';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { dataPlaceOf } from './data-dir.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { progressOn } from './progress.ts';
import { restoreRendering } from './views/backup.ts';

/** Makes a data directory out of a backup; no daemon is asked. */
export const run: Verb = async (args, terminal) => {
  const name = textOf(args, 'file') ?? '-';
  const file = name === '-' ? name : resolve(terminal.cwd, name);
  const place = await dataPlaceOf(args, terminal);
  const { restoreBackup } = await import('../compose-restore.ts');
  const progress = progressOn(terminal, 'restore', 'records');
  try {
    const report = await restoreBackup({
      ...place,
      file,
      signal: terminal.interrupted(),
      onProgress: (done, { records }) => progress.at(done, records),
    });
    progress.end();
    await print(report, restoreRendering, args, terminal);
    return EXIT.ok;
  } finally {
    progress.end();
  }
};
