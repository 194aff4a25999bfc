import type { MeshEvent } from '../../protocols/event.ts';
import { generalKind, UNROUTED_GENERAL } from '../../protocols/generals.ts';
import { digestOf } from '../../protocols/ids.ts';
import type { Manifest, ToolName } from '../../protocols/manifest.ts';
import type { NodeCard, OfferedGeneral } from '../../protocols/presence.ts';
import { maskSecrets, type Redact, redactJson } from '../policy/redact.ts';
import { tellRemoved } from '../policy/removed.ts';
import { cleanJson } from '../policy/untrusted.ts';
import type { Customisation, Templates } from '../ports/templates.ts';
import { customised } from './customised.ts';
import { ABOUTS, aboutOf } from './subject.ts';

export interface Prompts {
  readonly system: string;
  readonly user: string;
}

export interface PromptOptions {
  readonly self: NodeCard;
  readonly templates: Templates;
  /** Of the general, where it has one. */
  readonly manifest?: Manifest | undefined;
  /** What it may call. */
  readonly tools?: readonly ToolName[];
  /** Default: whatever has the form of a secret. A model is outside as well. */
  readonly redact?: Redact | undefined;
}

/** About 15 000 tokens: what small models still take, and enough for nearly every event as it is. */
const PAYLOAD_CHARS = 60_000;

/**
 * What is sent to the model. Only enumerations and numbers of the event stand in the open; every text of it lies as JSON, where
 * no line can break out, between two marks whose digest depends on that very text and cannot be foreseen by who wrote it.
 *
 * @throws MeshError `template-failed`
 */
export function renderPrompts(general: OfferedGeneral, event: MeshEvent, options: PromptOptions): Prompts {
  const context = contextOf(general, event, options);
  const { templates } = options;
  const render = (part: string) => templates.render(templateOf(general.name, part, templates), context);
  return { system: render('system'), user: render('user') };
}

/** The same with what an org adds of its own. @throws MeshError `template-failed`, `general-invalid` */
export async function customPrompts(
  general: OfferedGeneral,
  event: MeshEvent,
  options: PromptOptions & { readonly customisations?: ReadonlyMap<string, Customisation> | undefined },
): Promise<Prompts> {
  const { templates, customisations } = options;
  const { system, user } = renderPrompts(general, event, options);
  const context = contextOf(general, event, options);
  const own = customisations?.get(general.name);
  const facts = { ...context, repository: event.repository };
  const folder = `generals/${general.name}`;
  return { system: await customised(system, { folder, facts, context }, { templates, own }), user };
}

/** What a general has no prompt of its own for, it takes from the general purpose. */
function templateOf(general: string, part: string, templates: Templates): string {
  const own = `generals/${general}/${part}`;
  const isThere = templates.has?.(own) ?? generalKind(general) !== undefined;
  return isThere ? own : `generals/${UNROUTED_GENERAL}/${part}`;
}

function contextOf(
  general: OfferedGeneral,
  event: MeshEvent,
  { self, manifest, tools = [], redact = maskSecrets }: PromptOptions,
) {
  const { payload, cut, hidden } = payloadOf(event, redact);
  const about = aboutOf(event);
  return {
    general: {
      name: general.name,
      title: manifest?.title ?? titleOf(general.name),
      specialisations: general.specialisations.join(', '),
    },
    node: { org: self.org, cluster: self.cluster },
    event: {
      kind: event.kind,
      severity: event.severity ?? '',
      actortype: event.actortype,
      authorassociation: event.authorassociation,
      hops: event.hops,
      cut,
      hidden,
    },
    about: Object.fromEntries(ABOUTS.map((each) => [each, each === about])),
    tools: tools.join(', '),
    labels: manifest?.output === 'label' ? manifest.labels.join(', ') : '',
    lines: manifest?.output === 'review',
    payload,
    boundary: digestOf([event.id, payload], 16),
    // Without one that of the folder whose prompts are used is seen.
    ...(manifest && { manifest }),
  };
}

/** For people; a general of an operator's own has only its name. */
export function titleOf(name: string): string {
  return generalKind(name)?.title ?? name;
}

/** Longest text and longest list, tried in this order until the whole fits. */
const FITS = [
  { chars: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY },
  { chars: 8_000, items: 50 },
  { chars: 2_000, items: 20 },
  { chars: 500, items: 10 },
] as const;

/** What people do not see of the texts is taken out before anything is cut, and `hidden` tells how much that was. */
function payloadOf(event: MeshEvent, redact: Redact): { payload: string; cut: boolean; hidden: string } {
  const { type, subject, repository, actor, time, source, data } = event;
  const { value, removed } = cleanJson({ type, subject, repository, actor, time, source, data });
  const facts = redactJson(value, redact) as object;
  const hidden = tellRemoved(removed);
  for (const [index, limits] of FITS.entries()) {
    const shown = index === 0 ? facts : { ...facts, shortened: limits };
    const payload = JSON.stringify(shown, (_key, value: unknown) => shorten(value, limits), 1);
    if (payload.length <= PAYLOAD_CHARS || index === FITS.length - 1) return { payload, cut: index > 0, hidden };
  }
  return { payload: '{}', cut: true, hidden };
}

function shorten(value: unknown, limits: { chars: number; items: number }): unknown {
  if (typeof value === 'string' && value.length > limits.chars) return `${value.slice(0, limits.chars)}…`;
  if (Array.isArray(value) && value.length > limits.items) return value.slice(0, limits.items);
  return value;
}
