import type { Usage } from '../../protocols/result.ts';
import type { TokenCounts } from '../ports/model-provider.ts';
import type { Amount } from './cost.ts';

/** What one turn took, over all the calls it needed. */
export class Tally {
  #promptTokens = 0;
  #completionTokens = 0;
  #nanoUsd = 0;

  add({ promptTokens, completionTokens }: TokenCounts, { nanoUsd }: Amount): void {
    this.#promptTokens += promptTokens;
    this.#completionTokens += completionTokens;
    this.#nanoUsd += nanoUsd;
  }

  get usage(): Usage {
    const costUsd = this.#nanoUsd / 1e9;
    return { promptTokens: this.#promptTokens, completionTokens: this.#completionTokens, costUsd };
  }
}
