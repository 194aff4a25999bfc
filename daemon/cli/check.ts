import { resolve } from 'node:path';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { settingsOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { checkRendering } from './views/check.ts';

/** Reads the whole store of a stopped node: every chain, every signature. Ends with 1 when something is wrong. */
export const run: Verb = async (args, terminal) => {
  const given = textOf(args, 'data-dir');
  const dataDir =
    given === undefined ? (await settingsOf(args, terminal)).settings.node.dataDir : resolve(terminal.cwd, given);
  const { checkDataDir } = await import('../compose-check.ts');
  const report = await checkDataDir(dataDir);
  await print({ dataDir, ...report }, checkRendering, args, terminal);
  return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
};
