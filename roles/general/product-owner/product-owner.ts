import * as z from 'zod';
import { CONVERSATION_STATES } from '../../../protocols/agent-records.ts';
import { ResultSchema } from '../../../protocols/result.ts';
import { trustOf } from '../../policy/trust.ts';
import { tableKey } from '../../ports/tables.ts';
import { getRow } from '../../replica/rows.ts';
import type { Action, Conversation, Next, Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import type { Analysis } from '../engine.ts';
import { manifestOf } from '../manifests.ts';
import { type Asked, analyse } from './ask.ts';
import { effectsOf } from './effects.ts';
import { IssueAnalysisSchema } from './form.ts';
import { type Known, type Plan, planFor, verdictOf } from './machine.ts';
import { conversationRecord, type Kept, knownOf } from './memory.ts';
import { type Reading, readIssue } from './reading.ts';

const KnownSchema = z.object({
  status: z.enum(CONVERSATION_STATES),
  textHash: z.string(),
  heard: z.string(),
  asked: z.array(z.string()),
});
const ReadingSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
  labels: z.array(z.string()),
  isOpen: z.boolean(),
  textHash: z.string(),
  comments: z.array(z.object({ author: z.string(), body: z.string() })),
  heard: z.string().optional(),
  said: z.object({ questions: z.array(z.string()), hashes: z.array(z.string()) }),
});
const StateSchema = z.object({
  reading: ReadingSchema.optional(),
  known: KnownSchema.optional(),
  asked: z
    .object({
      analysis: IssueAnalysisSchema,
      by: ResultSchema.pick({ engine: true, model: true, degraded: true }),
      usage: ResultSchema.shape.usage,
    })
    .optional(),
});

/** Where it is with one event. What was read and remembered at its beginning goes along, so that a step taken again says the same. */
interface OwnerState {
  readonly reading?: Reading | undefined;
  readonly known?: Known | undefined;
  readonly asked?: Asked | undefined;
}

const AGAIN = { to: 'read', state: {}, isCheap: true } as const;

/**
 * The product owner's work on one event of an issue: read what is there now, decide what that asks for, analyse, ask or say that
 * it is ready, and remember. It waits for answers without holding anything: its task ends, and the next event of the issue goes
 * on from the conversation's record.
 */
export function productOwner(options: ConversationOptions, parts: ConversationParts): Conversation<OwnerState> {
  return {
    begin: () => ({ step: 'read', state: {} }),
    decode: (state) => StateSchema.safeParse(state).data as OwnerState | undefined,
    steps: {
      read: (_state, scene) => read(scene, parts),
      analyse: async ({ reading, known }, scene) => {
        if (reading === undefined) return AGAIN;
        const asked = await analyse({ scene, reading, known }, options, parts);
        const state = { reading, known, asked };
        return { to: 'say', state, isCheap: asked.by.engine !== 'model', actions: [analysed(asked, reading)] };
      },
      say: async ({ reading, known, asked }, scene) => {
        if (reading === undefined || asked === undefined) return AGAIN;
        return say({ reading, known, asked }, scene, options, parts);
      },
    },
  };
}

async function read(scene: Scene, parts: ConversationParts): Promise<Next<OwnerState>> {
  const { event, general } = scene;
  const trust = trustOf(event);
  if (!manifestOf(general, parts.manifests).trust.includes(trust)) {
    return { end: short(`This general does not work on events of the trust level ${trust}.`) };
  }
  const reading = await readIssue(scene, parts.forge);
  if (reading === undefined) return { end: short('The event is about no issue.') };
  const known = knownOf(event.subject, parts.tables);
  const isBegun = getRow(parts.tables, 'developments', tableKey(event.subject, reading.textHash)) !== undefined;
  const plan = planFor(known, { ...reading, isBegun });
  await keepPlan(plan, { scene, reading, known }, parts);
  if (plan.do === 'analyse') return { to: 'analyse', state: { reading, known } };
  const status = plan.do === 'become' ? plan.status : known?.status;
  return { end: short(`${status === undefined ? 'No conversation' : `State: ${status}`}; ${plan.why}.`) };
}

interface Place {
  readonly scene: Scene;
  readonly reading: Reading;
  readonly known: Known | undefined;
}

/** That it is being analysed is told before it is, for whoever watches. */
async function keepPlan(plan: Plan, place: Place, parts: ConversationParts): Promise<void> {
  if (plan.do === 'nothing') return;
  const { known } = place;
  const status = plan.do === 'analyse' ? 'analyzing' : plan.status;
  // What is heard now counts as heard only once it was analysed.
  const reading = plan.do === 'analyse' ? { ...place.reading, heard: known?.heard } : place.reading;
  if (known?.status !== status) await keep({ status, asked: known?.asked ?? [] }, { ...place, reading }, parts);
}

async function say(
  { reading, known, asked }: { readonly reading: Reading; readonly known: Known | undefined; readonly asked: Asked },
  scene: Scene,
  options: ConversationOptions,
  parts: ConversationParts,
): Promise<Next<OwnerState>> {
  const verdict = verdictOf(known, asked.analysis, reading);
  const effects = effectsOf({ scene, reading, known, verdict, asked }, options, parts);
  for (const effect of effects) await parts.effects?.perform(effect, scene.signal);
  const { status } = verdict;
  const kept = { status, asked: verdict.asked, analysis: asked.analysis, engine: asked.by.engine };
  await keep(kept, { scene, reading, known }, parts);
  const shown = effects.map(({ name }) => name);
  const action: Action = {
    type: status,
    name: 'verdict',
    payload: { asked: verdict.ask, shown, textHash: reading.textHash },
  };
  return { end: answerOf(asked, verdict.ask, status), actions: [action] };
}

async function keep(kept: Kept, place: Place, { journal, tables, runtime }: ConversationParts): Promise<void> {
  const record = conversationRecord(kept, place, { tables, now: runtime.wall() });
  if (record !== undefined) await journal.append(record);
}

function analysed({ analysis, by }: Asked, { textHash, heard }: Reading): Action {
  return { type: 'analysed', name: 'analysis', payload: { ...analysis, ...by, textHash, heard: heard ?? '' } };
}

function answerOf({ analysis, by, usage }: Asked, ask: readonly string[], status: string): Analysis {
  const isOpen = analysis.needs_clarification;
  const summary = isOpen
    ? `State: ${status}. ${analysis.questions.length} open, ${ask.length} of them asked now.`
    : `State: ${status}. ${analysis.refined_description}`.slice(0, 2_000);
  const findings = analysis.questions.map((question) => {
    return { severity: 'medium' as const, title: 'Question', detail: question, where: 'description' };
  });
  const recommendations = isOpen ? [] : ['Approve exactly this text, or edit it.'];
  return {
    answer: { summary, findings, recommendations, confidence: by.engine === 'model' ? 0.7 : 0.3 },
    ...by,
    usage,
  };
}

/** What needs no model, and no word to anybody. */
function short(summary: string): Analysis {
  return {
    answer: { summary, findings: [], recommendations: [], confidence: 1 },
    engine: 'offline-rules',
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  };
}
