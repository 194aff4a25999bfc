import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PeerId } from '../../protocols/ids.ts';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { settingsOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { keygenRendering } from './views/keygen.ts';

/** Makes the node's key where there is none, and prints the peer id that the others have to list. An existing key is never replaced. */
export const run: Verb = async (args, terminal) => {
  const given = textOf(args, 'file');
  const file =
    given === undefined ? (await settingsOf(args, terminal)).settings.node.keyFile : resolve(terminal.cwd, given);
  const before = await exists(file);
  const { loadIdentity } = await import('../mesh/identity.ts');
  const { identity } = await loadIdentity(file);
  const peer: PeerId = identity.peer;
  await print({ peer, file, created: !before }, keygenRendering, args, terminal);
  return EXIT.ok;
};

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
