import { type Priority, PrioritySchema, type Strategy, StrategySchema } from '../../protocols/dispatch.ts';
import type { Kind, MeshEvent, Trust } from '../../protocols/event.ts';
import { generalName } from '../../protocols/generals.ts';
import { mostUrgent } from '../policy/priority.ts';
import { trustOf } from '../policy/trust.ts';
import { DEFAULT_ROUTES } from './default-routes.ts';
import { capabilitiesOf, matchesEvent, type Rule } from './rule.ts';

/** A rule and where it comes from, for `mindmesh routes`. */
export interface Route extends Rule {
  readonly origin: 'default' | 'file';
}

/** A rule as the configuration gives it. */
export interface FileRule extends Partial<Omit<Rule, 'generals'>> {
  readonly generals?: readonly string[];
  /** `false` takes the rule of this name away. */
  readonly enabled?: boolean;
}

/**
 * The rules in force, the file's first, so that their strategy counts where a default names the same general.
 * A file rule with the name of a default replaces it whole; one without a name is called `route-<place>`.
 */
export function mergeRoutes(file: readonly FileRule[], options: { readonly defaults?: boolean } = {}): Route[] {
  const named = file.map((rule, i) => ({ ...rule, name: rule.name ?? `route-${i + 1}` }));
  const replaced = new Set(named.map(({ name }) => name));
  const defaults = options.defaults === false ? [] : DEFAULT_ROUTES.filter(({ name }) => !replaced.has(name));
  return [
    ...named.filter(({ enabled }) => enabled !== false).map(routeOfFile),
    ...defaults.map((rule) => ({ ...rule, origin: 'default' as const })),
  ];
}

function routeOfFile(rule: FileRule & { readonly name: string }): Route {
  return {
    name: rule.name,
    match: rule.match ?? {},
    generals: (rule.generals ?? []).map(generalName),
    strategy: rule.strategy ?? 'round_robin',
    priority: rule.priority ?? 'normal',
    ...(rule.capabilities && { capabilities: rule.capabilities }),
    origin: 'file',
  };
}

/** A general that an event goes to, and how its instance is chosen. */
export interface Want {
  readonly general: string;
  readonly rule: string;
  readonly strategy: Strategy;
  readonly priority: Priority;
  readonly capabilities: readonly string[];
  /** Only in these clusters; absent: in any. */
  readonly clusters?: readonly string[];
}

export interface Routing {
  readonly trust: Trust;
  /** Names of the rules that matched; `UNROUTED_RULE` when none did. */
  readonly rules: readonly string[];
  readonly wants: readonly Want[];
  /** Generals that a later rule named again: the first rule counts. */
  readonly repeated: readonly { readonly general: string; readonly rule: string }[];
  readonly priority: Priority;
}

export const UNROUTED_RULE = 'unrouted';
/** Name of the rule for what an agent said: nobody gets it. */
export const OWN_WORDS_RULE = 'own-words';
/** Name of the rule where the caller of `POST /distribute` chose the generals. */
export const ASKED_RULE = 'asked';

/** @param begins development of the issue begins with this event */
export function routeEvent(event: MeshEvent, rules: readonly Rule[], unrouted: string, begins = false): Routing {
  const trust = trustOf(event);
  const matching =
    askedRule(event) ?? ownWordsRule(event) ?? rules.filter((rule) => matchesEvent(rule.match, event, trust, begins));
  const chosen = matching.length > 0 ? matching : [unroutedRule(unrouted)];
  const wants = new Map<string, Want>();
  const repeated: { general: string; rule: string }[] = [];
  for (const rule of chosen) {
    for (const general of rule.generals) {
      if (wants.has(general)) repeated.push({ general, rule: rule.name });
      else wants.set(general, wantOf(general, rule, event));
    }
  }
  const priority = mostUrgent(chosen.map((rule) => rule.priority));
  return { trust, rules: chosen.map(({ name }) => name), wants: [...wants.values()], repeated, priority };
}

function wantOf(general: string, rule: Rule, event: MeshEvent): Want {
  const clusters = event.data.asked?.clusters;
  return {
    general,
    rule: rule.name,
    strategy: rule.strategy,
    priority: rule.priority,
    capabilities: capabilitiesOf(rule, event),
    ...(clusters && { clusters }),
  };
}

function unroutedRule(general: string): Rule {
  return { name: UNROUTED_RULE, match: {}, generals: [general], strategy: 'round_robin', priority: 'low' };
}

/** What is said to people, in kinds of event. */
const SAID: ReadonlySet<Kind> = new Set([
  'pr_commented',
  'issue_commented',
  'commit_commented',
  'review_submitted',
  'review_commented',
]);

/** What an agent said is for people: it starts no other agent (T6). Its marker tells how far it lies from a person's act. */
function ownWordsRule({ kind, hops }: MeshEvent): Rule[] | undefined {
  if (hops === 0 || !SAID.has(kind)) return undefined;
  return [{ name: OWN_WORDS_RULE, match: {}, generals: [], strategy: 'round_robin', priority: 'low' }];
}

/** What can stand in a slot. */
const GENERAL_NAME = /^[a-z0-9][a-z0-9-]*$/;

/** `POST /distribute` may name generals, clusters and strategy itself (G02); the event carries that, so that any owner honours it. */
function askedRule({ data: { asked } }: MeshEvent): Rule[] | undefined {
  const generals = asked?.generals?.map(generalName).filter((name) => GENERAL_NAME.test(name)) ?? [];
  if (asked === undefined || generals.length === 0) return undefined;
  const strategy = StrategySchema.safeParse(asked.strategy);
  const priority = PrioritySchema.safeParse(asked.priority);
  return [
    {
      name: ASKED_RULE,
      match: {},
      generals,
      strategy: strategy.success ? strategy.data : 'round_robin',
      priority: priority.success ? priority.data : 'normal',
    },
  ];
}
