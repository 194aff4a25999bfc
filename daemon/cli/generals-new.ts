import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { generalKind } from '../../protocols/generals.ts';
import { GENERAL_NAME } from '../../protocols/manifest.ts';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { settingsOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { filesOfNewGeneral, specialisationOf } from './new-general.ts';
import { newGeneralRendering } from './views/new-general.ts';

/** Writes the folder of a general that works as it is. Nothing that is there is replaced. */
export const run: Verb = async (args, terminal) => {
  const name = textOf(args, 'called') ?? '';
  if (!GENERAL_NAME.test(name)) {
    throw new MeshError('usage', { problem: `${name} is not a name of a general: small letters, digits and -` });
  }
  const dir = await dirOf(textOf(args, 'dir'), args, terminal);
  const folder = join(dir, name);
  const files = filesOfNewGeneral(name);
  await write(folder, files);
  const { loadGenerals } = await import('../compose-templates.ts');
  await loadGenerals({ own: dir });
  const written = Object.keys(files).map((file) => join(folder, file));
  const specialisation = generalKind(name) === undefined ? specialisationOf(name) : undefined;
  await print(
    { name, dir, files: written, ...(specialisation && { specialisation }) },
    newGeneralRendering,
    args,
    terminal,
  );
  return EXIT.ok;
};

async function dirOf(given: string | undefined, ...[args, terminal]: [Parameters<Verb>[0], Parameters<Verb>[1]]) {
  if (given !== undefined) return resolve(terminal.cwd, given);
  const { settings } = await settingsOf(args, terminal);
  const dir = settings.node.generalsDir;
  if (dir !== undefined) return dir;
  throw new MeshError('usage', { problem: 'where? Name a folder with --dir, or set node.generalsDir' });
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await mkdir(join(folder, '..'), { recursive: true });
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text, { flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (isThere) throw new MeshError('file-exists', { file: folder }, { cause: error });
    throw new MeshError('file-unusable', { file: folder, problem: messageOf(error) }, { cause: error });
  }
}
