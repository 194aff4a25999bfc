import * as z from 'zod';
import { DEFAULT_CAPACITY, GENERALS, generalKind, generalName } from '../../protocols/generals.ts';
import { nearest } from './nearest.ts';
import type { ParseText, Section } from './section.ts';
import { asList, asText, listOf } from './values.ts';

const DEFAULT_CONCURRENCY = 2;

/** A name alone offers a shipped general as it is; one with specialisations of its own may have any name. */
const OfferSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a name of a general: small letters, digits and -')
        .describe('`code-review-general`, or short `code-review`.'),
      specialisations: listOf(z.string().min(1))
        .exactOptional()
        .describe('What it is good at. Default: those of the shipped general of that name.'),
      capacity: z
        .int()
        .positive()
        .default(DEFAULT_CAPACITY)
        .describe('How many tasks it takes, running and queued together. More means longer waits behind one node.'),
      concurrency: z
        .int()
        .positive()
        .default(DEFAULT_CONCURRENCY)
        .describe('How many it works on at once; at most its capacity.'),
    })
    .superRefine(({ name, specialisations, capacity, concurrency }, ctx) => {
      if (generalKind(generalName(name)) === undefined && specialisations === undefined) {
        ctx.addIssue({ code: 'custom', path: ['name'], message: unknownGeneral(name) });
      }
      if (concurrency > capacity) {
        ctx.addIssue({ code: 'custom', path: ['concurrency'], message: `is over the capacity of ${capacity}` });
      }
    })
    .transform(complete),
);

interface Offer {
  readonly name: string;
  readonly specialisations?: string[];
  readonly capacity: number;
  readonly concurrency: number;
}

export const generalsSection = {
  name: 'generals',
  about:
    'What a node with the role general offers. Each is a name or {name, specialisations, capacity, concurrency}. Default: all thirteen that ship.',
  schema: listOf(OfferSchema).prefault(GENERALS.map(({ name }) => name)),
  variables: [
    {
      name: 'GENERAL_TYPE',
      key: 'generals',
      parse: offersFrom,
      help: '`code-review` offers code-review-general; several are separated by commas.',
    },
    {
      name: 'SPECIALIZATION',
      key: 'generals',
      parse: () => undefined,
      wants: 'GENERAL_TYPE',
      help: 'What that general is good at, separated by commas.',
    },
  ],
  flags: [{ name: 'general', key: 'generals', parse: asText, value: 'NAME', help: 'a general to offer', many: true }],
} as const satisfies Section;

function offersFrom(...[text, around]: Parameters<ParseText>): unknown {
  const names = asList(text, around);
  const specialisations = around.env.SPECIALIZATION;
  if (!Array.isArray(names) || specialisations === undefined || specialisations === '') return names;
  return names.map((name) => ({ name, specialisations: asList(specialisations, around) }));
}

function complete(offer: Offer) {
  const name = generalName(offer.name);
  return { ...offer, name, specialisations: offer.specialisations ?? [...(generalKind(name)?.specialisations ?? [])] };
}

function unknownGeneral(name: string): string {
  const known = GENERALS.map((general) => general.name);
  const guess = nearest(name, known) ?? nearest(`${name}-general`, known);
  const hint = guess === undefined ? `the shipped ones are ${known.join(', ')}` : `did you mean ${guess}?`;
  return `is not a shipped general (${hint}); one of your own wants specialisations`;
}
