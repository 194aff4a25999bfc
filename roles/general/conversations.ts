import type { NodeCard } from '../../protocols/presence.ts';
import type { EffectDesk } from '../ports/effects.ts';
import type { Forge } from '../ports/forge.ts';
import type { Journal } from '../ports/journal.ts';
import type { Model } from '../ports/model.ts';
import type { Retrieval } from '../ports/retrieval.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import type { Templates } from '../ports/templates.ts';
import type { Workspaces } from '../ports/workspace.ts';
import { answerConversation } from './answer-conversation.ts';
import { engineOf } from './engines.ts';
import { publishing } from './publish.ts';
import { type Conduct, conducting } from './session-runner.ts';

export interface ConversationOptions {
  readonly self: NodeCard;
  /** Longest wait for one answer of the model, milliseconds. */
  readonly deadlineMs: number;
}

/** What conversations are made of; each takes what it needs and does without what is absent. */
export interface ConversationParts {
  /** Without one the rules answer. */
  readonly model?: Model | undefined;
  readonly templates: Templates;
  /** Absent: nothing is seen outside the mesh. */
  readonly effects?: EffectDesk | undefined;
  /** Absent: a general sees the event alone. */
  readonly forge?: Forge | undefined;
  readonly retrieval?: Retrieval | undefined;
  readonly workspaces?: Workspaces | undefined;
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

export type MakeConduct = (options: ConversationOptions, parts: ConversationParts) => Conduct;

/** Generals that work in a way of their own, by name; every other one reads, answers and publishes. */
const OWN: Readonly<Record<string, MakeConduct>> = {};

/** How each general comes from an event to an answer. */
export function conductsOf(options: ConversationOptions, parts: ConversationParts): (general: string) => Conduct {
  const usual = usualConduct(options, parts);
  const own = new Map(Object.entries(OWN).map(([name, make]) => [name, make(options, parts)]));
  return (general) => own.get(general) ?? usual;
}

function usualConduct(options: ConversationOptions, parts: ConversationParts): Conduct {
  const { self } = options;
  const publish = parts.effects && publishing({ self }, { effects: parts.effects });
  return conducting(answerConversation({ engine: engineOf(options, parts), publish }));
}
