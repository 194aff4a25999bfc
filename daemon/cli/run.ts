import type { Verb } from './command.ts';
import { configOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { VERSION } from './version.ts';

/** One node, in this process, until it is asked to leave. */
export const run: Verb = async (args, terminal) => {
  const loaded = await configOf(args, terminal);
  const [{ compose }, { endOnUncaught, untilAskedToLeave }] = await Promise.all([
    import('../compose.ts'),
    import('../lifecycle.ts'),
  ]);
  const leave = untilAskedToLeave();
  const daemon = await compose(loaded, VERSION);
  endOnUncaught(daemon.log);
  await daemon.start();
  await leave;
  await daemon.stop();
  return EXIT.ok;
};
