import * as z from 'zod';
import { PrioritySchema, StrategySchema } from '../../protocols/dispatch.ts';
import { KindSchema, SeveritySchema, TrustSchema } from '../../protocols/event.ts';
import { generalName, UNROUTED_GENERAL } from '../../protocols/generals.ts';
import type { Section } from './section.ts';
import { asText, duration, listOf } from './values.ts';

const generalNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a name of a general: small letters, digits and -')
  .transform(generalName);

const glob = z.string().min(1);

const MatchSchema = z
  .strictObject({
    kind: listOf(KindSchema).exactOptional().describe('Kinds of event, e.g. pr_created.'),
    type: listOf(glob)
      .exactOptional()
      .describe('Types of event, finer than kinds, e.g. com.github.check_suite.completed; * stands for any part.'),
    repository: listOf(glob).exactOptional().describe('`owner/name`; * stands for any part of a name, e.g. acme/*.'),
    label: listOf(glob).exactOptional().describe('A label of the pull request or issue.'),
    branch: listOf(glob)
      .exactOptional()
      .describe('The branch it is about, or the base of the pull request; * as above.'),
    trust: listOf(TrustSchema).exactOptional().describe('What the actor is to the repository.'),
    severity: listOf(SeveritySchema).exactOptional().describe('Severity of an alert.'),
    development: z
      .literal('begins')
      .exactOptional()
      .describe(
        'begins: the event completes the label ready-for-dev and the approval of an issue’s text (docs/product-owner.md).',
      ),
  })
  .prefault({});

const RouteSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,63}$/, 'is not a name of a route: letters, digits, . _ -')
    .exactOptional()
    .describe('For explain. One that has the name of a built-in route replaces it. Default: route-1, route-2, …'),
  match: MatchSchema.describe('All that is named must fit; of a list any one. Empty fits every event.'),
  generals: listOf(generalNameSchema)
    .default([])
    .describe('Who gets the event. None: it goes to nobody by this route.'),
  enabled: z.boolean().default(true).describe('false takes the built-in route of this name away.'),
  capabilities: listOf(z.string().min(1))
    .exactOptional()
    .describe(
      "What the capability strategy looks for among specialisations. Default: the event's labels and its kind.",
    ),
  strategy: StrategySchema.default('round_robin').describe(
    'broadcast: the general in every cluster. Else one of its instances: round_robin in turn, load_balanced the least busy, capability the best fit.',
  ),
  priority: PrioritySchema.default('normal').describe('What goes first where work queues up.'),
});

export const routesSection = {
  name: 'routes',
  about:
    'Which generals get which events: rules of your own, beside the built-in ones. `mindmesh routes` lists all, `mindmesh routes test` tries them. Used by orchestrators.',
  schema: listOf(RouteSchema).default([]),
  variables: [],
  flags: [],
} as const satisfies Section;

const routingSchema = z
  .strictObject({
    defaults: z.boolean().default(true).describe('Keep the built-in routes. false leaves only those of `routes`.'),
    unrouted: generalNameSchema
      .prefault(UNROUTED_GENERAL)
      .describe('The general that gets what no route fits, round robin.'),
    deadline: duration('24h').describe('How long a task is tried before it becomes a dead letter.'),
    waitingDeadline: duration('7d').describe('The same while nobody offers the general.'),
  })
  .prefault({});

export const routingSection = {
  name: 'routing',
  about: 'How routing goes about it. Used by orchestrators.',
  schema: routingSchema,
  variables: [],
  flags: [
    {
      name: 'unrouted',
      key: 'routing.unrouted',
      parse: asText,
      value: 'GENERAL',
      help: 'general for what no route fits',
    },
  ],
} as const satisfies Section;
