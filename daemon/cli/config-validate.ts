import type { Verb } from './command.ts';
import { configOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { checkedRendering } from './views/checked.ts';

/** Reads everything a daemon would read, secrets too, and starts nothing. */
export const run: Verb = async (args, terminal) => {
  const { config, file } = await configOf(args, terminal);
  const { name, org, cluster, roles } = config.node;
  await print({ valid: true, ...(file && { file }), name, org, cluster, roles }, checkedRendering, args, terminal);
  return EXIT.ok;
};
