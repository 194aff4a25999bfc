import type { MeshEvent } from '../../../protocols/event.ts';
import type { Redact } from '../../policy/redact.ts';
import { code, oneLine } from '../outgoing.ts';
import { webAddress } from './link-to.ts';

export type Deployment = NonNullable<MeshEvent['data']['deployment']>;

/** How a deployment ended, by GitHub's word for its state. https://docs.github.com/rest/deployments/statuses */
export type Ending = 'done' | 'failed' | 'none';

/** `inactive` only says that a newer one has taken its place. */
const ENDINGS: Readonly<Record<string, Ending>> = { success: 'done', failure: 'failed', error: 'failed' };

export function endingOf({ state = '' }: Deployment): Ending {
  return ENDINGS[state] ?? 'none';
}

/**
 * What is said on the pull requests that a deployment brought out, as Markdown: where it is to be seen, or that it failed. Undefined
 * while it is under way.
 */
export function deploymentNotice(deployment: Deployment, redact?: Redact): string | undefined {
  const { environment, url, sha, ref, description } = deployment;
  const ending = endingOf(deployment);
  if (ending === 'none') return undefined;
  const what = code(sha === '' ? ref : sha.slice(0, 7), redact);
  const where = code(environment === '' ? 'an environment' : environment, redact);
  const page = webAddress(url);
  const said = description === undefined || description === '' ? '' : `\n\n${oneLine(description, redact)}`;
  if (ending === 'failed') {
    return `**Deployment of ${what} to ${where} failed.**${page === undefined ? '' : ` Log: <${page}>`}${said}`;
  }
  return `**Deployed ${what} to ${where}.**${page === undefined ? '' : ` It is at <${page}>`}${said}`;
}
