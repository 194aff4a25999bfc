import type { RouteTestView } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import { indent, narrower } from '../output/indent.ts';
import type { Look, Rendering } from '../output/look.ts';
import { candidateTable } from './candidates.ts';
import { waitingLines } from './waiting.ts';

/** Where an event would go, and why. */
export const routeTestRendering: Rendering<RouteTestView> = {
  names: ({ slots }) => slots.map(({ slot }) => slot),
  table: (view, look) =>
    [
      facts(
        [
          ['kind', view.kind],
          ['subject', view.subject],
          ['rules', view.rules.join(', ')],
          ['strategy', view.strategy],
        ],
        look,
        '',
      ),
      ...view.slots.map((slot) => slotPart(slot, view.names ?? {}, look)),
      waitingLines(view.waiting, look),
    ]
      .filter((part) => part !== '')
      .join('\n'),
};

type Slot = RouteTestView['slots'][number];

function slotPart(
  { slot, rule, strategy, candidates }: Slot,
  names: Readonly<Record<string, string>>,
  look: Look,
): string {
  const why = [rule && `rule ${rule}`, strategy].filter(Boolean).join(', ');
  const head = `${look.paint.bold(clean(slot))}${why === '' ? '' : ` (${clean(why)})`}`;
  return `${head}\n${indent(candidateTable(candidates, names, narrower(look)))}`;
}
