import { MeshError } from '../../../protocols/errors.ts';
import { maskSecrets, redactJson } from '../../policy/redact.ts';
import { cleanJson } from '../../policy/untrusted.ts';
import type { Message, Model } from '../../ports/model.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { customised } from '../customised.ts';
import { type Analysis, endedBy } from '../engine.ts';
import { fenced } from '../fence.ts';
import { manifestOf } from '../manifests.ts';
import { NO_MODEL } from '../offline-rules.ts';
import { fitAnalysis, ISSUE_FORM, type IssueAnalysis } from './form.ts';
import type { Known } from './machine.ts';
import type { Reading } from './reading.ts';
import { analysisByRules } from './rules.ts';

export interface Asked {
  readonly analysis: IssueAnalysis;
  readonly by: Omit<Analysis, 'answer' | 'usage'>;
  readonly usage: Analysis['usage'];
}

export interface Question {
  readonly scene: Scene;
  readonly reading: Reading;
  readonly known: Known | undefined;
}

const FREE = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
const FOLDER = 'generals/product-owner-general';
/** About 12 000 tokens: an issue with all that was said below it. The newest comments count. */
const COMMENTS_CHARS = 40_000;

/** What the issue leaves open: asked of the model, else of the rules, which say that they are (W9). */
export async function analyse(
  question: Question,
  options: ConversationOptions,
  parts: ConversationParts,
): Promise<Asked> {
  const { model, runtime } = parts;
  const byRules = (degraded: string): Asked => ({
    analysis: analysisByRules(question.reading),
    by: { engine: 'offline-rules', degraded },
    usage: FREE,
  });
  if (model === undefined) return byRules(NO_MODEL);
  try {
    return await askModel(question, options, { ...parts, model });
  } catch (error) {
    const { scene } = question;
    if (scene.signal.aborted) throw new MeshError('overloaded', { reason: 'it leaves' }, { cause: error });
    if (!isForRules(error)) throw error;
    const { code, message: problem } = error;
    runtime.log.warn({ general: scene.general.name, eventId: scene.event.id, code, problem }, 'model failed');
    return byRules(problem);
  }
}

function isForRules(error: unknown): error is MeshError {
  const codes: readonly string[] = ['model-unavailable', 'model-nonsense', 'budget-exceeded'];
  return error instanceof MeshError && codes.includes(error.code);
}

async function askModel(
  question: Question,
  { self, deadlineMs }: ConversationOptions,
  parts: ConversationParts & { readonly model: Model },
): Promise<Asked> {
  const { scene } = question;
  const { general, event, task, signal } = scene;
  const manifest = manifestOf(general, parts.manifests);
  const late = (problem: string) => new MeshError('model-unavailable', { model: 'behind this general', problem });
  const messages = await messagesOf(question, self, parts);
  const spender = task && {
    eventId: task.eventId,
    slot: task.slot,
    general: general.name,
    repository: event.repository,
  };
  const reply = await endedBy(
    (ended) =>
      parts.model.turn({
        messages,
        form: ISSUE_FORM,
        modelClass: manifest.modelClass,
        ...(spender && { spender }),
        signal: ended,
      }),
    { ms: Math.min(deadlineMs, manifest.budget.seconds * 1_000), signal, late },
    parts.runtime,
  );
  if (reply.value === undefined) {
    throw new MeshError('model-nonsense', { model: reply.model, problem: 'it answers in no form' });
  }
  const by = { engine: 'model', model: reply.model } as const;
  return { analysis: fitAnalysis(reply.value), by, usage: reply.usage };
}

/** System, then Context, Task, Issue and Output (docs/parity.md 245); every text of others is fenced. */
async function messagesOf(
  { scene, reading, known }: Question,
  self: ConversationOptions['self'],
  { templates, customisations, manifests, redact = maskSecrets }: ConversationParts,
): Promise<Message[]> {
  const { general, event, orders } = scene;
  const manifest = manifestOf(general, manifests);
  const { kind, severity = '', actortype, authorassociation, hops } = event;
  const facts = {
    general: { name: general.name, title: manifest.title, specialisations: general.specialisations.join(', ') },
    node: { org: self.org, cluster: self.cluster },
    repository: event.repository,
    event: { kind, severity, actortype, authorassociation, hops },
  };
  const asked = known?.asked ?? [];
  const context = {
    ...facts,
    // Without one of its own that of the folder is seen.
    ...(manifests?.has(general.name) && { manifest }),
    issue: fenced('ISSUE', shown({ ...reading, comments: newest(reading.comments) }, redact)),
    asked: asked.length === 0 ? '' : fenced('ASKED', shown(asked, redact)),
    status: known?.status ?? '',
    // The operator is trusted, unlike everybody else who writes.
    words: (orders?.().said ?? []).map(({ by, text }) => `${by}: ${text}`).join('\n'),
  };
  const system = templates.render(`${FOLDER}/issue-system`, context);
  const own = customisations?.get(general.name);
  return [
    { role: 'system', text: await customised(system, { folder: FOLDER, facts, context }, { templates, own }) },
    { role: 'user', text: templates.render(`${FOLDER}/issue-user`, context) },
  ];
}

/** As people see it, and without secrets: a model is outside as well. */
function shown(value: unknown, redact: NonNullable<ConversationParts['redact']>): string {
  return JSON.stringify(redactJson(cleanJson(value).value, redact), null, 1);
}

function newest(comments: Reading['comments']): Reading['comments'] {
  let chars = 0;
  const kept = comments.toReversed().filter(({ body }) => {
    chars += body.length;
    return chars <= COMMENTS_CHARS;
  });
  return kept.reverse();
}
