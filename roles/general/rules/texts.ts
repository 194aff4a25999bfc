import type { MeshEvent } from '../../../protocols/event.ts';

export interface TextPart {
  /** Field it comes from, as findings name it. */
  readonly where: string;
  readonly text: string;
}

/** Every text that a person wrote into the event, with its place. */
export function textsOf({ data }: MeshEvent): TextPart[] {
  const { pullRequest, issue, comment, review, push, check, deployment, release, alert, facts } = data;
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['title', pullRequest?.title ?? issue?.title],
    ['description', pullRequest?.body ?? issue?.body],
    ['branch name', pullRequest?.head.ref],
    ['comment', comment?.body],
    ['review', review?.body],
    ...(push?.commits ?? []).map(({ id, message }) => [`commit ${shortSha(id)}`, message] as const),
    ['check summary', check?.summary],
    ['deployment description', deployment?.description],
    ['release name', release?.name],
    ['release notes', release?.body],
    ['alert', alert && `${alert.name} ${alert.summary}`],
    ...Object.entries(facts ?? {}).map(
      ([name, value]) => [name, typeof value === 'string' ? value : undefined] as const,
    ),
  ];
  return parts.flatMap(([where, text]) => (text === undefined || text.trim() === '' ? [] : [{ where, text }]));
}

export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
