import { MeshError, messageOf } from '../../../protocols/errors.ts';
import { TOOL_NAMES, type ToolName } from '../../../protocols/manifest.ts';
import { MAX_HOPS } from '../../../protocols/marker.ts';
import type { EffectDesk } from '../../ports/effects.ts';
import type { Message, ToolCall } from '../../ports/model.ts';
import type { Action, Scene } from '../conversation.ts';
import type { Site } from '../tools/site.ts';
import type { Intent } from '../tools/tool.ts';
import { TOOLS } from '../tools/tools.ts';

/** A model that calls for ever in one turn is heard no longer. */
const MOST_CALLS = 10;
/** What one turn may bring, so that nothing of it has to be left out before it was read. */
const MOST_CHARS = 60_000;
/** Of one piece of work, beside its answer: nobody wants an agent that talks. */
const MOST_WRITES = 5;

export interface ActParts {
  readonly scene: Scene;
  readonly site: Site;
  readonly effects?: EffectDesk | undefined;
  /** Those that this event lets this general call. */
  readonly allowed: readonly ToolName[];
}

export interface Acted {
  readonly messages: readonly Message[];
  readonly actions: readonly Action[];
  readonly writes: number;
}

/** What came of one call, for the model and for the audit. */
interface Report {
  readonly text: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly wrote?: boolean;
}

/**
 * Does what a turn called for, one after the other. Whatever was asked, nothing happens that is not on the list of this event and
 * of the right form: what is refused is told as the tool's result, and recorded.
 */
export async function act(
  calls: readonly ToolCall[],
  { turn, writes }: { readonly turn: number; readonly writes: number },
  parts: ActParts,
): Promise<Acted> {
  const messages: Message[] = [];
  const actions: Action[] = [];
  let written = writes;
  let told = 0;
  for (const [index, call] of calls.entries()) {
    const name = `tool-${turn}-${index}`;
    const isTooMuch = index >= MOST_CALLS || told > MOST_CHARS;
    const report = isTooMuch ? TOO_MUCH : await perform(call, { name, written }, parts);
    if (report.wrote === true) written += 1;
    told += report.text.length;
    messages.push({ role: 'tool', callId: call.id, text: report.text });
    actions.push(actionOf(call, name, report));
  }
  return { messages, actions, writes: written };
}

const TOO_MUCH: Report = { outcome: 'refused', text: 'Refused: too much for one turn. Call it again in the next.' };

async function perform(
  call: ToolCall,
  { name, written }: { readonly name: string; readonly written: number },
  parts: ActParts,
): Promise<Report> {
  const tool = toolNamed(call.name);
  if (tool === undefined || !parts.allowed.includes(tool)) {
    const has = parts.allowed.join(', ') || 'none';
    return { outcome: 'refused', text: `Refused: ${safe(call.name)} cannot be called here. What can: ${has}.` };
  }
  const checked = TOOLS[tool].check(call.arguments);
  if (!checked.ok) return { outcome: 'refused', text: `Refused: ${checked.problem}` };
  if (TOOLS[tool].access === 'write' && written >= MOST_WRITES) {
    return { outcome: 'refused', text: `Refused: at most ${MOST_WRITES} things are written in one piece of work.` };
  }
  try {
    const outcome = await checked.run(parts.site);
    if ('text' in outcome) return { outcome: 'done', text: outcome.text };
    if ('refusal' in outcome) return { outcome: 'refused', text: `Refused: ${outcome.refusal}` };
    return await write(outcome.intent, name, parts);
  } catch (error) {
    return failure(error, parts.scene);
  }
}

async function write(intent: Intent, name: string, { scene, effects, site }: ActParts): Promise<Report> {
  const { task, event } = scene;
  const hops = event.hops + 1;
  if (task === undefined || effects === undefined || !effects.serves(intent.kind)) {
    return { outcome: 'refused', text: 'Refused: this node writes nothing of that kind.' };
  }
  if (hops > MAX_HOPS) return { outcome: 'refused', text: 'Refused: too far from a person’s act.' };
  const { ref } = await effects.perform({ ...task, ...intent, name, hops }, scene.signal);
  return { outcome: 'done', wrote: true, text: `Done: ${site.redact(ref.url ?? ref.id)}` };
}

/** What a retry may mend fails the step, so that it is taken again; what stays as it is, is told to the model. */
function failure(error: unknown, { signal }: Scene): Report {
  if (signal.aborted || !(error instanceof MeshError) || error.retryable) throw error;
  return { outcome: 'failed', text: `It failed: ${safe(messageOf(error))}` };
}

function toolNamed(name: string): ToolName | undefined {
  return TOOL_NAMES.find((tool) => tool === name);
}

/** What comes from a model or a server, in a sentence of ours. */
function safe(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}

function actionOf(call: ToolCall, name: string, { outcome, text }: Report): Action {
  // What was read lies where it was read from.
  const came = outcome === 'done' ? { chars: text.length } : { said: text.slice(0, 500) };
  const payload = { tool: call.name.slice(0, 100), arguments: call.arguments, outcome, ...came };
  return { type: outcome === 'refused' ? 'tool-refused' : 'tool', name, payload };
}
