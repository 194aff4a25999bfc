import { renderReference } from '../config/reference.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** docs/configuration.md of this very build. */
export const run: Verb = async (_args, terminal) => {
  terminal.stdout.write(renderReference());
  return EXIT.ok;
};
