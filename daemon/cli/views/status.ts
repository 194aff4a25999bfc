import type { Concern, StatusView } from '../../../protocols/operator.ts';
import type { GeneralLoad } from '../../../protocols/presence.ts';
import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import type { Look, Rendering } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { plural, shortDuration, took } from '../output/words.ts';

/** A node at a glance; what is wrong comes last, where the eye rests when the command is done. */
export const statusRendering: Rendering<StatusView> = {
  names: ({ name }) => [name],
  table: (view, look) =>
    [headline(view, look), about(view, look), generals(view, look), concerns(view.concerns, look)]
      .filter((part) => part !== '')
      .join('\n'),
};

function headline({ name, ready, roles, uptimeMs }: StatusView, { paint }: Look): string {
  const state = ready ? paint.green('ready') : paint.red('not ready');
  return `${paint.bold(clean(name))} is ${state}: ${roles.join(', ')}, up ${shortDuration(uptimeMs)}\n`;
}

function about(view: StatusView, look: Look): string {
  const { peers, log, events } = view;
  return facts(
    [
      ['org', `${view.org}, cluster ${view.cluster}, region ${view.region}`],
      ['peer', view.peer],
      ['mesh', `${peers.live} of ${plural(peers.known, 'known peer')} live, ${peers.connected} connected`],
      ['events', `${events.total} taken, ${events.open} open`],
      ['log', `${plural(log.records, 'record')} in ${plural(log.logs, 'log')}, ${log.own} written here`],
      ...Object.entries(view.http).map(([role, url]): [string, string] => [role, url]),
      ...(view.roles.includes('general') ? [['model', view.model] as [string, string]] : []),
      ['data', view.dataDir],
      ['build', `${view.version}, pid ${view.pid}, ${Math.round(view.rssMb)} MiB`],
      ...(look.wide ? wideFacts(view) : []),
    ],
    look,
  );
}

function wideFacts({ addresses, log }: StatusView): [string, string][] {
  return [
    ...addresses.map((address): [string, string] => ['address', address]),
    ['epoch', log.epoch],
    ['unreadable', plural(log.unreadable, 'record')],
  ];
}

const GENERALS: readonly Column<GeneralLoad>[] = [
  { head: 'GENERAL', cell: ({ name }) => name },
  { head: 'RUNNING', right: true, cell: ({ running }) => String(running) },
  { head: 'QUEUED', right: true, cell: ({ queued }) => String(queued) },
  { head: 'CAPACITY', right: true, cell: ({ capacity }) => String(capacity) },
  { head: 'LATENCY', right: true, cell: ({ latencyMs }) => (latencyMs === undefined ? '' : took(latencyMs)) },
  {
    head: 'FAILURES',
    right: true,
    cell: ({ failureRate }) => `${Math.round(failureRate * 100)}%`,
    paint: ({ failureRate }, paint) => (failureRate > 0 ? paint.yellow : (text) => text),
  },
];

function generals(view: StatusView, look: Look): string {
  return view.generals.length === 0 ? '' : table(view.generals, GENERALS, look);
}

function concerns(list: readonly Concern[], { paint }: Look): string {
  if (list.length === 0) return `${paint.green('Nothing is wrong.')}\n`;
  const errorsFirst = [...list].sort((a, b) => a.level.localeCompare(b.level));
  const lines = errorsFirst.flatMap(({ level, about, problem, fix }) => {
    const word = level === 'error' ? paint.red('error') : paint.yellow('warning');
    return [`${word} ${clean(about)}: ${clean(problem)}`, `  fix: ${clean(fix)}`];
  });
  return `${[`${plural(list.length, 'thing needs', 'things need')} attention:`, ...lines].join('\n')}\n`;
}
