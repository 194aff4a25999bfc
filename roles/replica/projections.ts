import { EFFECTS } from './project-effects.ts';
import { EVENTS, UNREADABLE } from './project-events.ts';
import { CARDS, GENERALS } from './project-nodes.ts';
import { DISTRIBUTIONS, FACTS, INBOX, PROGRESS, SUBJECTS } from './project-work.ts';
import type { Projection } from './projection.ts';

/** Every table that is made from the logs. A test holds that each table of the port has exactly one owner here. */
export const PROJECTIONS: readonly Projection[] = [
  EVENTS,
  FACTS,
  PROGRESS,
  DISTRIBUTIONS,
  SUBJECTS,
  INBOX,
  EFFECTS,
  GENERALS,
  CARDS,
  UNREADABLE,
];
