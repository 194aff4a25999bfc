import { MeshError } from '../../../protocols/errors.ts';
import { MAX_HOPS } from '../../../protocols/marker.ts';
import { issueTextHash } from '../../policy/text-hash.ts';
import type { EffectDesk } from '../../ports/effects.ts';
import type { Forge } from '../../ports/forge.ts';
import type { Model } from '../../ports/model.ts';
import type { Retrieval } from '../../ports/retrieval.ts';
import type { Syntax } from '../../ports/syntax.ts';
import type { Workspace, Workspaces } from '../../ports/workspace.ts';
import type { Conversation, Next, Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import type { Analysis } from '../engine.ts';
import { grantFor } from '../grant.ts';
import { askModel } from './ask.ts';
import { contextOf } from './context.ts';
import { type Change, ChangeSchema, PlanSchema } from './form.ts';
import { publish } from './publish.ts';
import { rework } from './rework.ts';
import { type DeveloperState, DeveloperStateSchema } from './state.ts';
import { type Trial, tryChanges } from './workbench.ts';

/** Everything a developer cannot do without. */
export type DeveloperParts = ConversationParts & {
  readonly model: Model;
  readonly forge: Forge;
  readonly retrieval: Retrieval;
  readonly workspaces: Workspaces;
  readonly syntax: Syntax;
  readonly effects: EffectDesk;
};

type State = DeveloperState | null;
type Work = Scene & { readonly task: NonNullable<Scene['task']> };

/** After so many trials that fail nobody is helped by another. */
const MOST_TRIALS = 4;
const LIMITS = { timeoutMs: 600_000, keepBytes: 16_384 };
const FEEDBACK_CHARS = 16_000;
const FREE = { promptTokens: 0, completionTokens: 0, costUsd: 0 };

/**
 * From an approved issue to a draft pull request: read, plan, write, try, mend and try again, publish. What the steps hand on is the plan and the
 * changes, never the folder: whoever takes it up makes the same files of them.
 */
export function developer(options: ConversationOptions, parts: DeveloperParts): Conversation<State> {
  return {
    begin: () => ({ step: 'begin', state: null }),
    decode: (state) => (state === null ? null : DeveloperStateSchema.safeParse(state).data),
    steps: {
      begin: (_state, scene) => begin(scene, parts),
      plan: (state, scene) => inWork(state, scene, (known, work) => plan(known, work, options, parts)),
      write: (state, scene) => inWork(state, scene, (known, work) => write(known, work, options, parts)),
      try: (state, scene) => inWork(state, scene, (known, work) => tryOut(known, work, parts)),
      publish: (state, scene) => inWork(state, scene, (known, work) => bringOut(known, work, options, parts)),
    },
  };
}

function inWork(
  state: State,
  scene: Scene,
  step: (known: DeveloperState, work: Work) => Promise<Next<State>>,
): Promise<Next<State>> {
  const { task } = scene;
  if (task === undefined || state === null) return Promise.resolve({ to: 'begin', state: null, isCheap: true });
  return step(state, { ...scene, task });
}

/** @throws MeshError `approval-wanted` while the decision or the approval is not here: it may be on its way */
async function begin({ event, signal }: Scene, parts: DeveloperParts): Promise<Next<State>> {
  const { issue, defaultBranch } = event.data;
  if (issue === undefined || event.hops + 1 > MAX_HOPS)
    return { end: short('The event lies too far from a person, or is about no issue.') };
  const grant = await grantFor(event, parts);
  if (grant === undefined) throw new MeshError('approval-wanted', { what: `the development of ${event.subject}` });
  const { number, title, body } = await parts.forge.issue(
    { repository: event.repository, number: issue.number },
    signal,
  );
  const textHash = issueTextHash({ title, body });
  if (textHash !== grant.textHash) return { end: short('The text of the issue is another one than was approved.') };
  const state = { issue: { number, title, body, textHash }, base: defaultBranch || 'main' };
  return {
    to: 'plan',
    state: { ...state, changes: [], feedback: '', trials: 0, model: '', usage: FREE },
    isCheap: true,
  };
}

async function plan(
  known: DeveloperState,
  scene: Work,
  options: ConversationOptions,
  parts: DeveloperParts,
): Promise<Next<State>> {
  const workspace = await open(known, scene, parts);
  const context = await contextFor(known, scene, workspace, parts);
  const form = { name: 'plan', schema: PlanSchema };
  const task = 'Plan the change: which files, which tests, and which files you have to read whole before you write.';
  const asked = await askModel({ form, task, state: known, context, files: new Map() }, scene, options, parts);
  const action = { type: 'planned', name: 'plan', payload: { ...asked.value } };
  return { to: 'write', state: { ...asked.state, plan: asked.value }, actions: [action] };
}

async function write(
  known: DeveloperState,
  scene: Work,
  options: ConversationOptions,
  parts: DeveloperParts,
): Promise<Next<State>> {
  const workspace = await open(known, scene, parts);
  const context = await contextFor(known, scene, workspace, parts);
  const files = await wholeFiles(known, workspace, parts);
  const form = { name: 'change', schema: ChangeSchema };
  const task =
    known.feedback === ''
      ? 'Write the change and its tests, and the documentation that it makes untrue.'
      : 'Mend it: give only what has to differ from the files as they are shown now.';
  const asked = await askModel({ form, task, state: known, context, files }, scene, options, parts);
  const changes = [...known.changes, asked.value];
  const action = { type: 'wrote', name: `change-${known.trials}`, payload: { ...summaryOf(asked.value) } };
  return { to: 'try', state: { ...asked.state, changes }, actions: [action] };
}

async function tryOut(known: DeveloperState, scene: Work, parts: DeveloperParts): Promise<Next<State>> {
  const workspace = await open(known, scene, parts);
  const { testCommand: command } = await contextFor(known, scene, workspace, parts);
  const trial = await tryChanges(
    known.changes,
    { command, limits: LIMITS, signal: scene.signal },
    { workspace, syntax: parts.syntax },
  );
  if (scene.signal.aborted) throw new MeshError('overloaded', { reason: 'it leaves' });
  const trials = known.trials + 1;
  const payload = { outcome: trial.outcome, feedback: feedbackOf(trial) };
  const actions = [{ type: 'tried', name: `trial-${trials}`, payload }];
  if (trial.outcome === 'passed' || trial.outcome === 'untested') {
    return { to: 'publish', state: { ...known, tested: trial.outcome }, actions };
  }
  if (trials >= MOST_TRIALS)
    return {
      end: given(known, `No pull request: after ${trials} trials ${feedbackOf(trial).slice(0, 500)}`, 0.2),
      actions,
    };
  // What could not be taken is not built upon.
  const changes = trial.outcome === 'refused' ? known.changes.slice(0, -1) : known.changes;
  return { to: 'write', state: { ...known, changes, trials, feedback: feedbackOf(trial) }, actions };
}

async function bringOut(
  known: DeveloperState,
  scene: Work,
  options: ConversationOptions,
  parts: DeveloperParts,
): Promise<Next<State>> {
  const workspace = await open(known, scene, parts);
  const base = await workspace.baseFiles();
  const texts = new Map(base.map((file) => [file.path, file]));
  const { files } = await rework(known.changes, {
    base: async (path) => texts.get(path)?.read(),
    syntax: parts.syntax,
  });
  const number = await publish({ files, base, baseSha: workspace.baseSha }, known, scene, options, parts);
  await workspace.close();
  return { end: given(known, `Draft pull request #${number}: ${known.plan?.summary ?? ''}`.slice(0, 2_000), 0.8) };
}

function open(
  { base }: DeveloperState,
  { event, task, signal }: Work,
  { workspaces }: DeveloperParts,
): Promise<Workspace> {
  const key = `${task.eventId} ${task.slot}`;
  return workspaces.open({ key, repository: event.repository, base }, signal);
}

function contextFor({ issue }: DeveloperState, { event }: Work, workspace: Workspace, { retrieval }: DeveloperParts) {
  return contextOf({ repository: event.repository, text: `${issue.title}\n${issue.body}` }, { workspace, retrieval });
}

/** As they are after the changes so far: what a change quotes has to be there. */
async function wholeFiles({ plan: made, changes }: DeveloperState, workspace: Workspace, { syntax }: DeveloperParts) {
  const base = new Map((await workspace.baseFiles()).map((file) => [file.path, file]));
  const { files } = await rework(changes, { base: async (path) => base.get(path)?.read(), syntax });
  const wanted = [...(made?.files ?? []), ...(made?.tests ?? [])].map(({ path }) => path);
  const whole = new Map<string, string>();
  for (const path of new Set([...files.keys(), ...wanted, ...(made?.wants ?? [])])) {
    const text = files.has(path) ? files.get(path) : await base.get(path)?.read();
    if (typeof text === 'string') whole.set(path, text);
  }
  return whole;
}

function feedbackOf(trial: Trial): string {
  switch (trial.outcome) {
    case 'refused':
      return trial.problems
        .map(({ path, what }) => `${path}: ${what}`)
        .join('\n')
        .slice(0, FEEDBACK_CHARS);
    case 'failed':
    case 'passed':
      return `${trial.why}\n${trial.output}`.slice(-FEEDBACK_CHARS);
    case 'untested':
      return '';
  }
}

function summaryOf({ files, tests, remove, commitMessage }: Change) {
  return { files: files.map(({ path }) => path), tests: tests.map(({ path }) => path), remove, commitMessage };
}

function given({ model, usage }: DeveloperState, summary: string, confidence: number): Analysis {
  return { answer: { summary, findings: [], recommendations: [], confidence }, engine: 'model', model, usage };
}

function short(summary: string): Analysis {
  return {
    answer: { summary, findings: [], recommendations: [], confidence: 1 },
    engine: 'offline-rules',
    usage: FREE,
  };
}
