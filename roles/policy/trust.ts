import type { Association, MeshEvent, Trust } from '../../protocols/event.ts';

/**
 * What the repository's org thinks of whoever caused an event (T6). An association that is missing or unknown counts as a
 * stranger's: who has once contributed may still write anything into a comment.
 */
export function trustOf({ authorassociation, actortype, type = '' }: Actor): Trust {
  if (actortype === 'bot') return 'bot';
  // GitHub lets only those who may write do these, and its payloads do not say what they are.
  if (authorassociation === 'UNKNOWN' && WRITERS.test(type)) return 'collaborator';
  return BY_ASSOCIATION[authorassociation];
}

type Actor = Pick<MeshEvent, 'authorassociation' | 'actortype'> & Partial<Pick<MeshEvent, 'type'>>;

/** Of a fork these reach the fork's own hooks. */
const WRITERS = /^com\.github\.(?:push|deployment|deployment_status|release)(?:\.|$)/;

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
