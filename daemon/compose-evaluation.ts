import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { MeshError, messageOf } from '../protocols/errors.ts';
import type { EvalView } from '../protocols/eval-view.ts';
import { generalName } from '../protocols/generals.ts';
import { peerIdOf } from '../protocols/ids.ts';
import type { Manifest } from '../protocols/manifest.ts';
import { conductsOf } from '../roles/general/conversations.ts';
import { EvalEventSchema, type EvalSet, EvalSetSchema } from '../roles/general/eval/cases.ts';
import { evaluate } from '../roles/general/eval/evaluate.ts';
import { SessionRunner } from '../roles/general/session-runner.ts';
import { GovernedModel } from '../roles/models/governed-model.ts';
import type { Journal } from '../roles/ports/journal.ts';
import type { Model } from '../roles/ports/model.ts';
import type { Runtime } from '../roles/ports/runtime.ts';
import { offeredBy, openedOf, planOf } from './compose-model.ts';
import { type LoadedGenerals, loadGenerals } from './compose-templates.ts';
import type { Config } from './config/config.ts';
import { createLog } from './log.ts';
import { createRuntime } from './runtime.ts';

export interface EvaluationOptions {
  readonly config: Config;
  /** Names of generals, also short ones. Empty: all that have cases. */
  readonly names: readonly string[];
  /** No model is asked. */
  readonly isRulesOnly: boolean;
  readonly signal: AbortSignal;
  /** A general has answered all its cases. */
  readonly onProgress: (done: number, total: number) => void;
}

const SHIPPED = fileURLToPath(new URL('../templates/generals', import.meta.url));
/** Nobody in particular: no identity is needed to answer. */
const PEER = peerIdOf('12D3KooWEvaLuationEvaLuationEvaLuationEvaLuationEva');
/** Nothing is kept, so nothing is charged and no budget stands in the way. */
const TABLES = { get: () => undefined, range: async () => [] };
const METER = { count: () => undefined, observe: () => undefined };
/** One answer; the model's own deadline is shorter. */
const DEADLINE_MS = 300_000;

/** @throws MeshError `general-invalid`, `not-found` for a name without cases */
export async function evaluateGenerals(options: EvaluationOptions): Promise<readonly EvalView[]> {
  const { config, names, isRulesOnly, signal, onProgress } = options;
  const runtime = createRuntime(createLog({ level: 'silent' }));
  const own = config.node.generalsDir;
  const folders = await loadGenerals({ own });
  const model = isRulesOnly ? undefined : modelOf(config, runtime);
  const sets = setsOf(names, folders, own);
  const views: EvalView[] = [];
  for (const { manifest, set } of sets) {
    const answer = answering(manifest, { ...folders, ...(model && { model }), runtime }, config, signal);
    views.push(await evaluate({ manifest, set }, { events: sharedEvents(), answer }));
    onProgress(views.length, sets.length);
  }
  return views;
}

type AnswerParts = LoadedGenerals & { readonly model?: Model; readonly runtime: Runtime };

/** As an execution that somebody waits for: no tools, nothing recorded, nothing published. */
function answering({ name, specialisations }: Manifest, parts: AnswerParts, { node }: Config, signal: AbortSignal) {
  const { org, cluster, region } = node;
  const self = { peer: PEER, name: 'evaluation', org, cluster, region, roles: [], generals: [], version: '' };
  const own = { ...parts, journal: journalOf(parts.runtime), tables: TABLES, meter: METER };
  const conducts = conductsOf({ self, deadlineMs: DEADLINE_MS }, own);
  const general = { name, specialisations, concurrency: 1, capacity: 1 };
  const runner = new SessionRunner(parts);
  return (event: Parameters<Parameters<typeof evaluate>[1]['answer']>[0]) => {
    return conducts(name)(runner, { general, event, signal });
  };
}

function modelOf({ model }: Config, runtime: Runtime): Model | undefined {
  const offered = offeredBy(model);
  if (offered.length === 0) return undefined;
  const parts = { journal: journalOf(runtime), tables: TABLES, runtime, meter: METER };
  const budgets = { generals: {}, repositories: {} };
  return new GovernedModel(
    { plan: planOf(model, offered), budgets },
    { ...parts, providers: openedOf(offered, { runtime }) },
  );
}

function journalOf(runtime: Runtime): Journal {
  const epoch = runtime.ulid();
  const position = { origin: PEER, epoch, seq: 0 };
  return { epoch, append: async () => position, onCommit: () => undefined, read: async () => undefined };
}

interface Found {
  readonly manifest: Manifest;
  readonly set: EvalSet;
}

function setsOf(names: readonly string[], { manifests }: LoadedGenerals, own: string | undefined): Found[] {
  const wanted = names.length === 0 ? [...manifests.keys()] : names.map(generalName);
  return wanted.flatMap((name) => {
    const manifest = manifests.get(name);
    const file = [own, SHIPPED]
      .flatMap((dir) => (dir === undefined ? [] : [join(dir, name, 'eval.json')]))
      .find(existsSync);
    if (manifest !== undefined && file !== undefined) return [{ manifest, set: readSet(file) }];
    if (names.length === 0) return [];
    throw new MeshError('not-found', { what: 'general with cases (eval.json)', id: name });
  });
}

function readSet(file: string): EvalSet {
  try {
    return EvalSetSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new MeshError('general-invalid', { file, problem }, { cause: error });
  }
}

function sharedEvents() {
  const file = join(SHIPPED, '_shared', 'events.json');
  return z.record(z.string(), EvalEventSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
}
