import type { SessionLine, SessionOrdered, SessionView } from '../../../protocols/people.ts';
import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import type { Rendering } from '../output/look.ts';
import type { Paint } from '../output/paint.ts';
import { type Column, table } from '../output/table.ts';
import { ago, clock, shortPeer } from '../output/words.ts';

const COLUMNS: readonly Column<SessionLine>[] = [
  { head: 'AGE', right: true, cell: ({ since }, { now }) => ago(since, now) },
  { head: 'SINCE', wide: true, cell: ({ since }) => clock(since) },
  { head: 'STATE', cell: stateOf, paint: ({ state }, paint) => colourOf(state, paint) },
  { head: 'SLOT', cell: ({ slot }) => slot },
  { head: 'SUBJECT', flexible: true, cell: ({ subject }) => subject },
  { head: 'NEXT STEP', cell: ({ step }) => step ?? '' },
  { head: 'STEPS', right: true, cell: ({ turn }) => (turn === undefined ? '' : String(turn)) },
  { head: 'SAID', wide: true, right: true, cell: ({ said }) => String(said) },
  { head: 'ATTEMPTS', wide: true, right: true, cell: ({ attempts }) => String(attempts) },
  { head: 'NODE', cell: nodeOf },
  { head: 'SESSION', wide: true, cell: ({ sessionId }) => sessionId ?? '' },
  { head: 'EVENT', cell: ({ eventId }) => eventId },
];

/** `-o name` is the event with its slot, as the other verbs of `sessions` take them. */
export const sessionsRendering: Rendering<readonly SessionLine[]> = {
  names: (lines) => lines.map(nameOf),
  table: (lines, look) => table(lines, COLUMNS, look),
};

export const sessionRendering: Rendering<SessionView> = {
  names: (view) => [nameOf(view)],
  table: (view, look) => {
    const { conversation, words } = view;
    const rows: [string, string][] = [
      ['event', view.eventId],
      ['slot', view.slot],
      ['state', `${colourOf(view.state, look.paint)(clean(stateOf(view)))} since ${clock(view.since)}`],
      ...fact('next step', view.step && `${clean(view.step)}, after ${view.turn ?? 0}`),
      ...fact('session', view.sessionId),
      ['executions', String(view.attempts)],
      ['node', nodeOf(view)],
      ...fact('issue', conversation && `${conversation.status}, text ${conversation.textHash.slice(0, 12)}`),
    ];
    const said = words.map(({ at, by, text }) => `${clock(at)} ${clean(by)}: ${clean(text)}\n`);
    return `${look.paint.bold(clean(view.subject))}\n${facts(rows, look)}${said.join('')}`;
  },
};

/** What was told to whom. */
export const orderedRendering: Rendering<SessionOrdered> = {
  names: ({ eventId, slots }) => slots.map((slot) => `${eventId} ${slot}`),
  table: ({ order, eventId, slots }) => slots.map((slot) => `${slot} of ${clean(eventId)}: ${TOLD[order]}\n`).join(''),
};

const TOLD: Readonly<Record<SessionOrdered['order'], string>> = {
  pause: 'waits after the step it is at',
  resume: 'goes on',
  cancel: 'ends for good',
  steer: 'hears it at its next turn',
};

function fact(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function nameOf({ eventId, slot }: SessionLine): string {
  return `${eventId} ${slot}`;
}

function stateOf({ state, by }: SessionLine): string {
  return by === undefined || by === '' ? state : `${state} by ${by}`;
}

function nodeOf({ node, nodeName }: SessionLine): string {
  return nodeName ?? (node === undefined ? '' : shortPeer(node));
}

function colourOf(state: string, paint: Paint): (text: string) => string {
  if (state === 'running') return paint.green;
  return state === 'failed' || state === 'cancelled' ? paint.red : paint.yellow;
}
