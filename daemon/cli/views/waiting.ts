import type { ExplainView } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import type { Look } from '../output/look.ts';

/** Generals that a route names and nobody offers, with what mends it. */
export function waitingLines(waiting: ExplainView['waiting'], { paint }: Look): string {
  return waiting
    .map(({ general, cluster, reason, rule }) => {
      const what = `${general}${cluster === undefined ? '' : ` in ${cluster}`}`;
      const where = cluster === undefined ? 'in any cluster' : `in ${cluster}`;
      return [
        `${paint.yellow('waiting')} ${clean(what)}: ${clean(reason)}${rule === undefined ? '' : ` (rule ${clean(rule)})`}`,
        `  fix: start a node ${clean(where)} that offers it (\`mindmesh run --role general --general ${clean(general)}\`) or make it active; it is asked by itself.`,
      ].join('\n');
    })
    .map((lines) => `${lines}\n`)
    .join('');
}
