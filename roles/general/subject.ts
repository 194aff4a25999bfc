import type { MeshEvent } from '../../protocols/event.ts';
import { maskSecrets } from '../policy/redact.ts';

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
  if (alert !== undefined) return named('alert', alert.name);
  if (push !== undefined) return named('push to', shortRef(push.ref));
  if (release !== undefined) return named('release', release.tag || release.name);
  if (deployment !== undefined) return named('deployment to', deployment.environment);
  if (check !== undefined) return named('check', check.name);
  if (pullRequest !== undefined) return named(`pull request #${pullRequest.number}`, pullRequest.title);
  if (issue !== undefined)
    return named(`${issue.isPullRequest ? 'pull request' : 'issue'} #${issue.number}`, issue.title);
  return `event ${event.type}`;
}

function named(what: string, name: string): string {
  return name.trim() === '' ? `${what} without a name` : `${what} ${quote(name)}`;
}

const NAME_CHARS = 80;

/** Secrets are masked before the text is cut: a cut one would not be known any more. */
export function quote(text: string): string {
  const line = maskSecrets(text).replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '(no name)';
  return `“${line.length <= NAME_CHARS ? line : `${line.slice(0, NAME_CHARS)}…`}”`;
}

export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
