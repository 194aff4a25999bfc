import type { MeshEvent } from '../../protocols/event.ts';
import { maskSecrets } from './rules/secrets.ts';

/** What an event is about, as the prompts and the rules tell them apart. */
export const ABOUTS = ['change', 'push', 'issue', 'run', 'release', 'alert', 'other'] as const;
/**
 * change: a pull request, its reviews and comments · push: commits and refs · issue: a conversation · run: a check, workflow,
 * status or deployment · release · alert · other: everything else.
 */
export type About = (typeof ABOUTS)[number];

export function aboutOf({ kind, data }: MeshEvent): About {
  if (data.alert !== undefined || kind === 'security_alert') return 'alert';
  if (data.push !== undefined) return 'push';
  if (data.release !== undefined) return 'release';
  if (data.check !== undefined || data.deployment !== undefined) return 'run';
  if (data.pullRequest !== undefined || data.issue?.isPullRequest === true) return 'change';
  if (data.issue !== undefined || kind === 'discussion') return 'issue';
  return 'other';
}

/** One phrase that names it, for a summary: `pull request #7 “Title”`. Texts of others stay within quotes and are cut. */
export function nameOf(event: MeshEvent): string {
  const { pullRequest, issue, push, release, check, deployment, alert } = event.data;
  if (alert !== undefined) return `alert ${quote(alert.name)}`;
  if (push !== undefined) return `push to ${quote(shortRef(push.ref))}`;
  if (release !== undefined) return `release ${quote(release.tag)}`;
  if (deployment !== undefined) return `deployment to ${quote(deployment.environment)}`;
  if (check !== undefined) return `check ${quote(check.name)}`;
  if (pullRequest !== undefined) return `pull request #${pullRequest.number} ${quote(pullRequest.title)}`;
  if (issue !== undefined)
    return `${issue.isPullRequest ? 'pull request' : 'issue'} #${issue.number} ${quote(issue.title)}`;
  return `event ${event.type}`;
}

const NAME_CHARS = 80;

/** Secrets are masked before the text is cut: a cut one would not be known any more. */
export function quote(text: string): string {
  const line = maskSecrets(text).replaceAll(/\s+/g, ' ').trim();
  return `“${line.length <= NAME_CHARS ? line : `${line.slice(0, NAME_CHARS)}…`}”`;
}

export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
