import type { ModelClass, UsageRecord } from '../../protocols/agent-records.ts';
import { messageOf } from '../../protocols/errors.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Journal } from '../ports/journal.ts';
import type { Spender } from '../ports/model.ts';
import type { TokenCounts } from '../ports/model-provider.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Amount } from './cost.ts';

export interface Spent {
  readonly provider: string;
  readonly model: string;
  readonly modelClass: ModelClass;
  readonly tokens: TokenCounts;
  readonly amount: Amount;
}

export interface UsageBookParts {
  readonly journal: Pick<Journal, 'append'>;
  readonly runtime: Pick<Runtime, 'wall' | 'log'>;
}

/**
 * Writes what was spent into the log, a record a call. The caller need not wait for the disk; the next call of its session does,
 * so that a crash forgets one call of a session at most.
 */
export class UsageBook {
  readonly #parts: UsageBookParts;
  /** What is being written, by session. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(parts: UsageBookParts) {
    this.#parts = parts;
  }

  /** Resolves once everything of this session is on disk. */
  async written(spender: Spender | undefined): Promise<void> {
    if (spender !== undefined) await this.#writing.get(sessionOf(spender));
  }

  /** @param then called once the record is written, or cannot be */
  write(spender: Spender, spent: Spent, then: () => void): void {
    const key = sessionOf(spender);
    const before = this.#writing.get(key);
    const writing = Promise.all([before, this.#append(spender, spent)]).then(() => {
      then();
      if (this.#writing.get(key) === writing) this.#writing.delete(key);
    });
    this.#writing.set(key, writing);
  }

  async #append({ eventId, slot, general, repository }: Spender, spent: Spent): Promise<void> {
    const { provider, model, modelClass, tokens, amount } = spent;
    const record: UsageRecord = {
      v: WIRE_VERSION,
      type: 'usage',
      at: Math.max(0, Math.round(this.#parts.runtime.wall())),
      eventId,
      slot,
      general,
      repository,
      provider,
      model,
      modelClass,
      promptTokens: tokens.promptTokens,
      completionTokens: tokens.completionTokens,
      costNanoUsd: amount.nanoUsd,
    };
    try {
      await this.#parts.journal.append(record);
    } catch (error) {
      // A failed write ends the process (L8); else the node leaves, and its log is closed already.
      this.#parts.runtime.log.warn({ eventId, slot, spent: amount, problem: messageOf(error) }, 'usage not recorded');
    }
  }
}

function sessionOf({ eventId, slot }: Spender): string {
  return `${eventId}\n${slot}`;
}
