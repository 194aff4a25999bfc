import type { MeshEvent } from '../../../protocols/event.ts';
import { maskSecrets } from '../../policy/redact.ts';
import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';

/** Sees everything the rules see, rates nothing differently, and adds the facts of events that have no shape of their own. */
export const GENERAL_PURPOSE: Lens = {
  view: 'In general',
  cares: 'everything',
  blind: 'what this means to the people concerned',
  judge,
};

/** Changes of rights, visibility and ownership are easily overlooked. */
const NOTABLE =
  /^(?:member|membership|organization|org_block|team|team_add|repository|public|branch_protection|installation|deploy_key|meta|secret)/;
const MOST_FACTS = 8;

function judge({ event, about }: Sight): Judgement {
  const facts = Object.entries(event.data.facts ?? {}).slice(0, MOST_FACTS);
  const told = facts.map(([name, value]) => `${name} ${maskSecrets(String(value)).slice(0, 80)}`).join(', ');
  const notable = about === 'other' && NOTABLE.test(event.type.replace(/^com\.github\./, ''));
  return {
    headline: `${headline(event)}${told === '' ? '' : ` Known of it: ${told}.`}`,
    ...(notable && {
      findings: [
        {
          severity: 'low',
          title: 'Rights, visibility or settings may have changed',
          detail: `The event is ${event.type}.`,
        },
      ],
      recommendations: ['Check that an owner wanted this change.'],
    }),
  };
}

function headline({ type, data }: MeshEvent): string {
  return `It is an event of type ${type}${data.action === undefined ? '' : `, action ${data.action}`}.`;
}
