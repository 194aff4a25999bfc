import type { Source } from '../ports/ingest.ts';
import { normalizeGithub } from './normalize-github.ts';
import type { Normalizer } from './normalizer.ts';

/** Each source and what makes events of ours from its payloads. */
export const NORMALIZERS: Readonly<Record<Source, Normalizer>> = {
  github: normalizeGithub,
};
