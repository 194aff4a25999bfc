import { AGENTS } from './project-agents.ts';
import { DEVELOPMENTS } from './project-developments.ts';
import { EFFECTS } from './project-effects.ts';
import { DEAD_LETTERS, PROGRESS } from './project-ends.ts';
import { EVENTS, UNREADABLE } from './project-events.ts';
import { CARDS, GENERALS } from './project-nodes.ts';
import { APPROVALS, SESSION_ORDERS } from './project-people.ts';
import { RUNS } from './project-runs.ts';
import { SESSIONS } from './project-sessions.ts';
import { USAGE } from './project-usage.ts';
import { DISTRIBUTIONS, FACTS, INBOX, SUBJECTS } from './project-work.ts';
import type { Projection } from './projection.ts';

/** Every table that is made from the logs. A test holds that each table of the port has exactly one owner here. */
export const PROJECTIONS: readonly Projection[] = [
  EVENTS,
  FACTS,
  PROGRESS,
  DEAD_LETTERS,
  DISTRIBUTIONS,
  SUBJECTS,
  INBOX,
  EFFECTS,
  SESSIONS,
  RUNS,
  AGENTS,
  APPROVALS,
  DEVELOPMENTS,
  SESSION_ORDERS,
  USAGE,
  GENERALS,
  CARDS,
  UNREADABLE,
];
