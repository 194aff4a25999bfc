import { messageOf } from '../../../protocols/errors.ts';
import type { EvalCaseView, EvalView } from '../../../protocols/eval-view.ts';
import type { MeshEvent } from '../../../protocols/event.ts';
import type { Manifest } from '../../../protocols/manifest.ts';
import type { Analysis } from '../engine.ts';
import { type EvalEvent, type EvalSet, eventOf } from './cases.ts';
import { judge } from './judge.ts';

export interface EvalParts {
  /** Events that sets refer to by name. */
  readonly events: Readonly<Record<string, EvalEvent>>;
  readonly answer: (event: MeshEvent) => Promise<Analysis>;
}

/** Asks a general every case of its set, one after the other. */
export async function evaluate(
  { manifest, set }: { readonly manifest: Manifest; readonly set: EvalSet },
  { events, answer }: EvalParts,
): Promise<EvalView> {
  const cases: EvalCaseView[] = [];
  for (const [number, { id, event, expect }] of set.cases.entries()) {
    const facts = typeof event === 'string' ? events[event] : event;
    if (facts === undefined) {
      cases.push({ ...NO_ANSWER, id, problems: [`there is no event called ${String(event)}`] });
      continue;
    }
    try {
      const { answer: said, engine, usage } = await answer(eventOf(facts, number));
      const problems = judge(said, expect, manifest);
      cases.push({ id, passed: problems.length === 0, problems, engine, ...usage });
    } catch (error) {
      cases.push({ ...NO_ANSWER, id, problems: [messageOf(error)] });
    }
  }
  const passed = cases.filter((each) => each.passed).length;
  const isByModel = cases.every(({ engine }) => engine === 'model');
  const passMark = isByModel ? set.pass.model : set.pass.offlineRules;
  return { general: manifest.name, passed, passMark, ok: passed >= passMark * cases.length, cases };
}

const NO_ANSWER = {
  passed: false,
  engine: 'offline-rules',
  promptTokens: 0,
  completionTokens: 0,
  costUsd: 0,
} as const;
