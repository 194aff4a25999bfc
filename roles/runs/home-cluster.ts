import { compareText } from '../../protocols/ids.ts';
import { matchesGlob } from '../policy/glob.ts';
import { rendezvousOwner } from '../policy/rendezvous.ts';

/** Where writing runs of a repository go, whatever is live: two clusters must never both think that it is theirs. */
export interface HomeRule {
  /** `owner/name`, with `*` for any part. */
  readonly repository: string;
  readonly cluster: string;
}

/**
 * The one cluster that decides about a repository (E3): the first rule that fits, else rendezvous over the configured clusters. Everybody
 * with the same configuration names the same; undefined when no cluster is configured.
 */
export function homeCluster(
  repository: string,
  clusters: readonly string[],
  configured: readonly HomeRule[],
): string | undefined {
  const name = repository.toLowerCase();
  const rule = configured.find((each) => matchesGlob(each.repository.toLowerCase(), name));
  if (rule !== undefined) return rule.cluster;
  return rendezvousOwner(name, [...new Set(clusters)].sort(compareText));
}
