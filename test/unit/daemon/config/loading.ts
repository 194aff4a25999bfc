import type { Files } from '../../../../daemon/config/files.ts';
import { type LoadOptions, loadConfig, loadSettings } from '../../../../daemon/config/load.ts';
import { MeshError } from '../../../../protocols/errors.ts';

/** Files that exist only in a test: path → text, all of them 0600. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    read: async (path) => texts[path],
    owner: async () => ({ mode: 0o100600, gid: 0 }),
    groups: () => [0],
  };
}

type Given = Partial<LoadOptions> & { readonly yaml?: string; readonly texts?: Readonly<Record<string, string>> };

function optionsOf({ yaml, texts = {}, ...given }: Given): LoadOptions {
  const all = { ...(yaml !== undefined && { '/etc/mm/mindmesh.yaml': yaml }), ...texts };
  return { env: {}, cwd: '/etc/mm', hostname: 'box', files: filesOf(all), ...given };
}

export const settingsOf = (given: Given) => loadSettings(optionsOf(given));
export const configOf = (given: Given) => loadConfig(optionsOf(given));

/** The error that loading ends with, as a person reads it. */
export async function faultOf(given: Given): Promise<MeshError> {
  try {
    await loadConfig(optionsOf(given));
  } catch (error) {
    if (error instanceof MeshError) return error;
    throw error;
  }
  throw new Error('nothing was wrong with it');
}
