import { MeshError } from '../../protocols/errors.ts';
import { allKeys, settableKeys } from '../config/keys.ts';
import { nearest } from '../config/nearest.ts';
import { configRows } from '../config/view.ts';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { settingsOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { keyRendering, keyViewOf } from './views/config.ts';

/** One key: what it is, where its value came from and what may set it. */
export const run: Verb = async (args, terminal) => {
  const key = textOf(args, 'key') ?? '';
  const info = allKeys().find((each) => each.key === key);
  if (info === undefined) throw unknownKey(key);
  const { settings, sources } = await settingsOf(args, terminal);
  const row = configRows(settings, sources).find((each) => each.key === key);
  await print(keyViewOf(info, row), keyRendering, args, terminal);
  return EXIT.ok;
};

function unknownKey(key: string): MeshError {
  const known = settableKeys().map((each) => each.key);
  const below = known.filter((each) => each.startsWith(`${key}.`));
  const guess = nearest(key, known) ?? known.find((each) => each.endsWith(`.${key}`));
  const hint =
    below.length > 0 ? `; below it are ${below.join(', ')}` : guess === undefined ? '' : `; did you mean ${guess}?`;
  return new MeshError('usage', { problem: `${key} is not a key of the configuration${hint}` });
}
