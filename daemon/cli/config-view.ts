import { configRows } from '../config/view.ts';
import { isOn } from './args.ts';
import type { Verb } from './command.ts';
import { settingsOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { clientOf } from './socket.ts';
import { configRendering } from './views/config.ts';

/** What a daemon started here would take, or with `--running` what the one that runs has taken. */
export const run: Verb = async (args, terminal) => {
  const rows = isOn(args, 'running') ? await (await clientOf(args, terminal)).config() : await ownRows();
  const shown = isOn(args, 'changed') ? rows.filter(({ source }) => source !== 'default') : rows;
  await print(shown, configRendering, args, terminal);
  return EXIT.ok;

  async function ownRows() {
    const { settings, sources } = await settingsOf(args, terminal);
    return configRows(settings, sources);
  }
};
