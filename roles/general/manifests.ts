import { type Manifest, ManifestSchema } from '../../protocols/manifest.ts';
import type { OfferedGeneral } from '../../protocols/presence.ts';
import { titleOf } from './prompt.ts';

/** Manifests by the name of their general. */
export type Manifests = ReadonlyMap<string, Manifest>;

/** A general without a folder of its own looks and comments, whoever asks. */
export function manifestOf({ name, specialisations }: OfferedGeneral, manifests: Manifests | undefined): Manifest {
  const known = manifests?.get(name);
  if (known !== undefined) return known;
  return ManifestSchema.parse({
    name,
    title: titleOf(name),
    specialisations: specialisations.length > 0 ? specialisations : ['general'],
    looksAt: ['What happened'],
    tools: ['read_diff', 'read_file', 'list_paths', 'read_issue', 'read_comments', 'read_checks', 'search_code'],
  });
}
