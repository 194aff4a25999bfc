import type { NodeCard } from '../../protocols/presence.ts';
import type { Redact } from '../policy/redact.ts';
import type { EffectDesk } from '../ports/effects.ts';
import type { Forge } from '../ports/forge.ts';
import type { Journal } from '../ports/journal.ts';
import type { Model } from '../ports/model.ts';
import type { Retrieval } from '../ports/retrieval.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Syntax } from '../ports/syntax.ts';
import type { Tables } from '../ports/tables.ts';
import type { Customisation, Templates } from '../ports/templates.ts';
import type { Workspaces } from '../ports/workspace.ts';
import type { Manifests } from './manifests.ts';

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
  readonly syntax?: Syntax | undefined;
  /** What the folders of the generals say. Default: every one looks and comments. */
  readonly manifests?: Manifests | undefined;
  /** Modules of an org's own, by name of the general. */
  readonly customisations?: ReadonlyMap<string, Customisation> | undefined;
  /** Whether development in a repository waits for a member's approval. Default: everywhere. */
  readonly isApprovalWanted?: ((repository: string) => boolean) | undefined;
  /** Takes secrets out of whatever leaves. Default: what has the form of one. */
  readonly redact?: Redact | undefined;
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly meter: Meter;
}
