import { isOn } from './args.ts';
import type { Verb } from './command.ts';
import { dataPlaceOf } from './data-dir.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { progressOn } from './progress.ts';
import { checkRendering } from './views/check.ts';

/**
 * Reads the whole store of a stopped node: every chain, every signature; with `--rebuild` it makes every table anew where the
 * logs are sound. Ends with 1 when something is wrong.
 */
export const run: Verb = async (args, terminal) => {
  const place = await dataPlaceOf(args, terminal);
  const { checkDataDir, rebuildDataDir } = await import('../compose-check.ts');
  const progress = progressOn(terminal, 'rebuild', 'records');
  const onProgress = (done: number, total: number) => progress.at(done, total);
  const checking = isOn(args, 'rebuild') ? rebuildDataDir({ ...place, onProgress }) : checkDataDir(place.dataDir);
  const report = await checking.finally(() => progress.end());
  await print({ dataDir: place.dataDir, ...report }, checkRendering, args, terminal);
  return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
};
