import type { ExplainView, TaskView } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import type { Look, Rendering } from '../output/look.ts';
import { clock, plural, shortDuration, took } from '../output/words.ts';
import { nodeName } from './candidates.ts';
import { taskPart } from './task.ts';
import { waitingLines } from './waiting.ts';

/** Where an event went and why, as a story from its arrival to its outcome. */
export const explainRendering: Rendering<ExplainView> = {
  names: ({ eventId }) => [eventId],
  table: (view, look) =>
    [
      eventPart(view, look),
      decisionPart(view, look),
      ...view.tasks.map((task) => taskPart(task, view.names ?? {}, look)),
      waitingLines(view.waiting, look),
      outcomePart(view, look),
    ]
      .filter((part) => part !== '')
      .join('\n'),
};

function eventPart(view: ExplainView, look: Look): string {
  const title = view.title === '' ? '' : `: ${clean(view.title)}`;
  const who = view.actor === '' ? '' : ` by ${view.actor}`;
  const rows: [string, string][] = [
    ['event', view.eventId],
    ['what', `${view.kind} (${view.type})${who}${view.trust === undefined ? '' : `, ${view.trust}`}`],
    ...(view.repository === '' ? [] : [['repository', view.repository] as [string, string]]),
    [
      'received',
      `${clock(view.receivedAt)} by ${nodeName(view.receivedBy, view.names ?? {})}, ${shortDuration(Math.max(0, look.now - view.receivedAt))} ago`,
    ],
    ...optional('cut', cutOf(view)),
    ...(look.wide ? [['record', view.position] as [string, string]] : []),
  ];
  return `${look.paint.bold(clean(view.subject))}${title}\n${facts(rows, look)}`;
}

function decisionPart(view: ExplainView, look: Look): string {
  if (view.distributedAt === undefined) {
    return `Not distributed yet${view.owner === undefined ? ': no orchestrator has taken it' : `: ${nodeName(view.owner, view.names ?? {})} decides`}.\n`;
  }
  const names = view.names ?? {};
  const after = took(Math.max(0, view.distributedAt - view.receivedAt));
  const by = view.distributedBy === undefined ? '' : ` by ${nodeName(view.distributedBy, names)}`;
  const rows: [string, string][] = [
    ['decided', `${after} after it came${by}${(view.revision ?? 0) > 0 ? `, revision ${view.revision}` : ''}`],
    ...optional('rule', view.rule),
    ...optional('strategy', view.strategy),
    ...optional('priority', view.priority),
    ...optional('owner', view.owner === undefined ? undefined : nodeName(view.owner, names)),
  ];
  return facts(rows, look);
}

function cutOf({ truncated, eventId }: ExplainView): string | undefined {
  return truncated && `${truncated.join(', ')}; all of it: mindmesh events body ${eventId}`;
}

function optional(label: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[label, value]];
}

function outcomePart({ settled, tasks, waiting, receivedAt }: ExplainView, { paint }: Look): string {
  const done = tasks.filter(({ state }) => state === 'done').length;
  const count = `${done} of ${plural(tasks.length, 'task')} done`;
  if (settled === undefined) {
    const rest = waiting.length === 0 ? '' : `, ${plural(waiting.length, 'general')} awaited`;
    return `${paint.yellow('open')}: ${count}${rest}${underWay(tasks)}.\n`;
  }
  const word = settled.outcome === 'done' ? paint.green(settled.outcome) : paint.red(clean(settled.outcome));
  return `${word}: ${count}, settled ${took(Math.max(0, settled.at - receivedAt))} after it came.\n`;
}

function underWay(tasks: readonly TaskView[]): string {
  const open = tasks
    .filter(({ state }) => state !== 'done' && state !== 'superseded' && state !== 'dead')
    .map(({ slot, state }) => `${slot} ${state}`);
  return open.length === 0 ? '' : `; ${clean(open.join(', '))}`;
}
