import { PRIORITIES, type Priority } from '../../../protocols/dispatch.ts';
import type { Severity } from '../../../protocols/event.ts';
import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import type { Signal, SignalId } from '../rules/signal.ts';

export const PRIORITY: Lens = {
  view: 'As priority',
  cares: {
    'deployment-failed': [0, 'Escalate after 15 minutes without a version that holds.'],
    production: [1, 'Tell the person on duty before and after.'],
    failed: [0, 'Settle it today: others are blocked while it is red.'],
    'alert-open': [0, 'Call the person on duty; after 15 minutes without an answer the next one.'],
    'alert-over': [0],
    severity: [0, 'Let the rating of the sender stand until somebody has looked.'],
    'secret-in-text': [0, 'Interrupt somebody now.'],
    'secret-files': [0, 'Have it looked at today.'],
    weakness: [0, 'Have it rated today, in private.'],
    damage: [0, 'Interrupt the person on duty: money or data may be at stake.'],
    urgent: [0, 'Ask who is affected and since when: the words alone do not raise the level.'],
    labels: [0, 'Handle it at the level of its labels until somebody changes them.'],
    breaking: [0, 'Set a date before which consumers have to know.'],
    'changes-requested': [-1, 'Leave it to its author for three days, then ask.'],
    forced: [0, 'Ask today whether somebody lost work.'],
    outsider: [0, 'Answer within two days: newcomers rarely wait longer.'],
    size: [-1, 'Plan the time for it: a change of this size loses by waiting.'],
    draft: [0],
    'no-reviewers': [0, 'Name somebody, or it will wait.'],
    bot: [0],
    merged: [0],
    'closed-unmerged': [0],
  },
  blind: 'how many people are affected, and whether there is a way around',
  judge,
};

const LEVELS: Readonly<Record<Severity, Priority>> = {
  critical: 'critical',
  high: 'high',
  medium: 'normal',
  low: 'low',
  info: 'background',
};

/** What decides the level: damage and danger, never how well it is written, nor the word "urgent" alone. */
const FACTORS: ReadonlySet<SignalId> = new Set<SignalId>([
  'deployment-failed',
  'production',
  'failed',
  'alert-open',
  'severity',
  'secret-in-text',
  'secret-files',
  'weakness',
  'damage',
  'labels',
  'breaking',
  'forced',
]);

function judge({ signals, about, has }: Sight): Judgement {
  const worst = signals.find(({ id }) => FACTORS.has(id));
  const level = levelOf(worst, about === 'issue' || (about === 'change' && !has('draft')));
  const because = worst === undefined ? 'nothing in the event raises it' : lowerFirst(worst.title);
  const next = PRIORITIES[Math.max(PRIORITIES.indexOf(level) - 1, 0)];
  return {
    labels: [`priority: ${level}`],
    headline: `Priority: ${level} (${because}).`,
    recommendations: [`Treat it as ${level}; raise it to ${next} if users turn out to be affected.`],
  };
}

/** Somebody waits for an answer to an issue or a change that is ready: never in the background. */
function levelOf(worst: Signal | undefined, isAwaited: boolean): Priority {
  const level = LEVELS[worst?.severity ?? 'info'];
  return isAwaited && (level === 'background' || level === 'low') ? (level === 'low' ? 'normal' : 'low') : level;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
