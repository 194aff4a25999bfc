import type { UsageRecord } from '../../protocols/agent-records.ts';
import { epochOf, eventIdOf, slotOf } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Budgets } from '../../roles/models/budget.ts';
import { GovernedModel, type GovernedModelParts } from '../../roles/models/governed-model.ts';
import type { ModelChoice, ModelPlan } from '../../roles/models/model-plan.ts';
import type { Journal } from '../../roles/ports/journal.ts';
import type { Spender } from '../../roles/ports/model.ts';
import type { Completion, ModelCall, ModelProvider } from '../../roles/ports/model-provider.ts';
import type { Tables } from '../../roles/ports/tables.ts';
import { Draft } from '../../roles/replica/draft.ts';
import { USAGE } from '../../roles/replica/project-usage.ts';
import { peerNamed } from './cards.ts';
import { countingMeter, type ManualRuntime, manualRuntime } from './manual-runtime.ts';
import { MemoryDisk } from './memory-disk.ts';

/** A log that keeps its records and makes the tables of usage of them. */
export class UsageLog implements Pick<Journal, 'append'> {
  readonly disk = new MemoryDisk();
  readonly records: UsageRecord[] = [];
  /** Each record is on disk once that is over. */
  gate: Promise<void> = Promise.resolve();

  get tables(): Tables {
    return this.disk;
  }

  async append(record: MeshRecord) {
    await this.gate;
    const position = {
      origin: peerNamed('node'),
      epoch: epochOf('01HF7YAT00000000000000000A'),
      seq: this.records.length,
    };
    if (record.type === 'usage') this.records.push(record);
    const draft = new Draft(this.disk);
    draft.apply(USAGE.project({ position, decoded: { ok: true, record }, mine: true }, draft));
    await this.disk.commit({ batches: [], ops: draft.ops() });
    return position;
  }
}

type Answering = (call: ModelCall) => Completion<unknown> | Promise<Completion<unknown>>;

/** A provider that answers as a function says. */
export class FakeProvider implements ModelProvider {
  readonly calls: ModelCall[] = [];
  readonly #answer: Answering;

  constructor(answer: Answering) {
    this.#answer = answer;
  }

  async complete<T>(call: ModelCall<T>): Promise<Completion<T>> {
    this.calls.push(call);
    const { reading, ...rest } = await this.#answer(call);
    if (!reading.ok || reading.value === undefined || call.form === undefined) {
      return { ...rest, reading: reading.ok ? { ok: true, text: reading.text, calls: reading.calls } : reading };
    }
    return { ...rest, reading: { ...reading, value: call.form.schema.parse(reading.value) } };
  }
}

export function saying(value: unknown, tokens = { promptTokens: 100, completionTokens: 10, cachedTokens: 0 }) {
  return { reading: { ok: true, text: JSON.stringify(value), calls: [], value }, tokens } as const;
}

export function choiceOf(provider: string, fields: Partial<ModelChoice> = {}): ModelChoice {
  const prices = { input: 1, output: 2 };
  return { provider, model: `${provider}-model`, prices, maxTokens: 100, timeoutMs: 30_000, ...fields };
}

export function spenderOf(fields: Partial<Spender> = {}): Spender {
  const eventId = eventIdOf('github', '1');
  const general = fields.general ?? 'security-general';
  return { eventId, slot: slotOf(general), general, repository: 'acme/app', ...fields };
}

export const NO_BUDGETS: Budgets = { generals: {}, repositories: {} };

interface GovernedOptions extends Partial<Omit<GovernedModelParts, 'providers' | 'runtime'>> {
  readonly small: readonly ModelChoice[];
  readonly large?: readonly ModelChoice[];
  readonly escalateBelow?: number;
  readonly budgets?: Partial<Budgets>;
  readonly providers: Readonly<Record<string, ModelProvider>>;
  readonly perMinute?: number;
  readonly runtime?: ManualRuntime;
}

/** The governed model over fakes, with a log of its own. */
export function governed(options: GovernedOptions) {
  const { small, large = small, escalateBelow = 0.5, budgets = {}, perMinute, ...parts } = options;
  const log = new UsageLog();
  const runtime = options.runtime ?? manualRuntime();
  const meter = countingMeter();
  const plan: ModelPlan = { classes: { small, large }, escalateBelow };
  const rate = perMinute === undefined ? {} : { requestsPerMinute: perMinute };
  const providers = Object.entries(options.providers).map(([name, provider]) => [name, { provider, ...rate }] as const);
  const model = new GovernedModel(
    { plan, budgets: { ...NO_BUDGETS, ...budgets } },
    { journal: log, tables: log.tables, meter, ...parts, runtime, providers: new Map(providers) },
  );
  return { model, log, runtime, meter };
}
