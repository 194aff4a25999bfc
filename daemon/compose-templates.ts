import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MeshError } from '../protocols/errors.ts';
import type { Manifest } from '../protocols/manifest.ts';
import type { Customisation } from '../roles/ports/templates.ts';
import { importModule } from './own-module.ts';
import { type LoadedTemplates, loadTemplates, type TemplateSources } from './templates.ts';

/** All that folders say of generals: those that ship, and those of an org's own. */
export interface LoadedGenerals {
  readonly templates: LoadedTemplates;
  /** By name of the general. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** Modules of an org's own, by name of the general. */
  readonly customisations: ReadonlyMap<string, Customisation>;
}

const MODULE = 'general.mjs';
const NAMELESS = 'it has no manifest.json, and no general that ships has that name';

/** @throws MeshError `template-failed`, `general-invalid`, which names the file */
export async function loadGenerals(sources: TemplateSources = {}): Promise<LoadedGenerals> {
  const templates = loadTemplates(sources);
  const manifests = new Map([...templates.manifests.values()].map((manifest) => [manifest.name, manifest]));
  const customisations = new Map<string, Customisation>();
  for (const folder of foldersIn(sources.own)) {
    const dir = join(sources.own ?? '', folder);
    if (!manifests.has(folder)) throw new MeshError('general-invalid', { file: dir, problem: NAMELESS });
    if (readdirSync(dir).includes(MODULE)) customisations.set(folder, await importModule(join(dir, MODULE)));
  }
  return { templates, manifests, customisations };
}

/** Folders that begin with `_` hold partials, hidden ones nothing of ours. */
function foldersIn(own: string | undefined): string[] {
  if (own === undefined) return [];
  const entries = readdirSync(own, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name)).map(({ name }) => name);
}
