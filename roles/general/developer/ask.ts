import { MeshError } from '../../../protocols/errors.ts';
import { maskSecrets } from '../../policy/redact.ts';
import { cleanMarkdown, cleanPlain } from '../../policy/untrusted.ts';
import type { Form, Message, Model, TurnReply } from '../../ports/model.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { endedBy } from '../engine.ts';
import { fenced } from '../fence.ts';
import { addUsage } from '../loop/talk.ts';
import { manifestOf } from '../manifests.ts';
import type { Context } from './context.ts';
import type { DeveloperState } from './state.ts';

const FOLDER = 'generals/developer-general';

export interface Question<T> {
  readonly form: Form<T>;
  /** What is wanted now. */
  readonly task: string;
  readonly state: DeveloperState;
  readonly context: Context;
  /** Whole files beside what the context shows. */
  readonly files: ReadonlyMap<string, string>;
}

/** @throws MeshError `model-unavailable`, `model-nonsense`, `budget-exceeded` */
export async function askModel<T>(
  question: Question<T>,
  scene: Scene,
  options: ConversationOptions,
  parts: ConversationParts & { readonly model: Model },
): Promise<{ readonly value: T; readonly state: DeveloperState }> {
  const { general, event, task, signal } = scene;
  const { budget, modelClass } = manifestOf(general, parts.manifests);
  const { usage } = question.state;
  const unavailable = (problem: string) =>
    new MeshError('model-unavailable', { model: 'behind this general', problem });
  if (usage.promptTokens + usage.completionTokens >= budget.tokens) throw unavailable('its budget of tokens is spent');
  const spender = task && {
    ...{ eventId: task.eventId, slot: task.slot },
    general: general.name,
    repository: event.repository,
  };
  const messages = messagesOf(question, scene, options, parts);
  const reply = await endedBy<TurnReply<T>>(
    (ended) =>
      parts.model.turn({ messages, form: question.form, modelClass, ...(spender && { spender }), signal: ended }),
    { ms: options.deadlineMs, signal, late: unavailable },
    parts.runtime,
  );
  if (reply.value === undefined)
    throw new MeshError('model-nonsense', { model: reply.model, problem: 'it answers in no form' });
  const state = { ...question.state, model: reply.model, usage: addUsage(usage, reply.usage) };
  return { value: reply.value, state };
}

/** System, then Context, Issue, Repository, Plan, Task and Output (docs/parity.md 248); every text of others is fenced. */
function messagesOf<T>(
  { task, state, context, files }: Question<T>,
  { general, event, orders }: Scene,
  { self }: ConversationOptions,
  { templates, manifests, redact = maskSecrets }: ConversationParts,
): Message[] {
  const { conventions, testCommand } = context;
  const { issue, plan, feedback } = state;
  const shown = (text: string) => redact(cleanPlain(text).value);
  const { title, specialisations } = manifestOf(general, manifests);
  const values = {
    general: { name: general.name, title, specialisations: specialisations.join(', ') },
    node: { org: self.org, cluster: self.cluster },
    repository: event.repository,
    languages: conventions.languages.join(', ') || 'no language that is known',
    tests: `are run by ${testCommand?.argv.join(' ') ?? 'nobody knows what'} and named ${conventions.testPatterns.join(', ') || 'in no way yet'}.`,
    conventions: conventions.lines.map(shown),
    words: (orders?.().said ?? []).map(({ by, text }) => `${by}: ${text}`).join('\n'),
    issue: fenced('ISSUE', redact(`${cleanPlain(issue.title).value}\n\n${cleanMarkdown(issue.body).value}`)),
    code: fenced('CODE', shown(piecesOf(context, files))),
    plan: plan === undefined ? '' : fenced('PLAN', shown(JSON.stringify(plan, null, 1))),
    feedback: feedback === '' ? '' : fenced('OUTPUT', shown(feedback)),
    task,
  };
  return [
    { role: 'system', text: templates.render(`${FOLDER}/code-system`, values) },
    { role: 'user', text: templates.render(`${FOLDER}/code-user`, values) },
  ];
}

/** Files that are shown whole come first, then pieces of others. */
function piecesOf({ code, tests, documents }: Context, files: ReadonlyMap<string, string>): string {
  const whole = [...files].map(([path, text]) => `=== ${path} (whole)\n${text}`);
  const pieces = [...code, ...tests, ...documents]
    .filter(({ path }) => !files.has(path))
    .flatMap(({ path, snippets }) =>
      snippets.map(({ from, to, text }) => `=== ${path} lines ${from} to ${to}\n${text}`),
    );
  return [...whole, ...pieces].join('\n\n');
}
