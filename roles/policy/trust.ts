import type { Association, MeshEvent, Trust } from '../../protocols/event.ts';

/**
 * What the repository's org thinks of whoever caused an event (T6). An association that is missing or unknown counts as a
 * stranger's: who has once contributed may still write anything into a comment.
 */
export function trustOf(event: Pick<MeshEvent, 'authorassociation' | 'actortype'>): Trust {
  return event.actortype === 'bot' ? 'bot' : BY_ASSOCIATION[event.authorassociation];
}

const BY_ASSOCIATION: Readonly<Record<Association, Trust>> = {
  OWNER: 'owner',
  MEMBER: 'member',
  COLLABORATOR: 'collaborator',
  CONTRIBUTOR: 'stranger',
  FIRST_TIME_CONTRIBUTOR: 'stranger',
  FIRST_TIMER: 'stranger',
  MANNEQUIN: 'stranger',
  NONE: 'stranger',
  UNKNOWN: 'stranger',
};
