import { join } from 'node:path';
import type { ExplainView } from '../../protocols/operator.ts';
import type { DevMesh } from './mesh.ts';
import { filesOf } from './plan.ts';

/** What `--json` prints, on one line, when the mesh is ready: for scripts. */
export interface DevReport {
  readonly ready: true;
  readonly dir: string;
  /** Bearer token that every route which changes something wants. */
  readonly token: string;
  readonly aggregator: { readonly url: string; readonly secret: string };
  readonly orchestrator: { readonly url: string };
  readonly generals: readonly { readonly name: string; readonly url: string }[];
  readonly sockets: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
  readonly sampleEventId?: string;
}

export function reportOf(mesh: DevMesh, dir: string, sampleEventId?: string): DevReport {
  const of = (role: string) => mesh.nodes.filter((node) => node.role === role);
  const url = (role: string) => mesh.url(of(role)[0]?.name ?? role);
  return {
    ready: true,
    dir,
    token: mesh.token,
    aggregator: { url: url('aggregator'), secret: mesh.secret },
    orchestrator: { url: url('orchestrator') },
    generals: of('general').map(({ name }) => ({ name, url: mesh.url(name) })),
    sockets: Object.fromEntries(mesh.nodes.map((node) => [node.name, filesOf(node.dir).socket])),
    pids: mesh.pids,
    ...(sampleEventId !== undefined && { sampleEventId }),
  };
}

/** The same for people. `command` is how the CLI is called from here. */
export function renderReport(report: DevReport, sample: ExplainView | undefined, command: string): string {
  const rows: [string, string][] = [
    ['webhooks', `${report.aggregator.url}/webhook/github`],
    ['stats', `${report.aggregator.url}/stats`],
    ['orchestrator', `${report.orchestrator.url}/status`],
    ...report.generals.map(({ name, url }): [string, string] => [name, `${url}/process`]),
    ['secret', join(report.dir, 'webhook-secret')],
    ['token', join(report.dir, 'token')],
    ['data, logs', report.dir],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  return [`\n${Object.keys(report.pids).length} nodes are up.`, ...lines, '', ...sampleLines(sample, command), ''].join(
    '\n',
  );
}

function sampleLines(sample: ExplainView | undefined, command: string): string[] {
  if (sample === undefined) return [`Try: ${command} status`, 'Stop with ctrl-C.'];
  const done = sample.tasks.filter(({ state }) => state === 'done').length;
  return [
    `A sample pull request went to ${sample.tasks.length} generals; ${done} have answered.`,
    `Try: ${command} explain ${sample.eventId}`,
    'Stop with ctrl-C.',
  ];
}
