import type { EffectKey } from '../../../protocols/effects.ts';
import type { ExactAdapter } from '../../../roles/ports/effects.ts';

export interface Commit {
  readonly sha: string;
  /** The effect that pushed it; absent: a person. */
  readonly key?: EffectKey;
}

/** A push over something that its writer had never seen. */
export interface Overwrite {
  readonly branch: string;
  readonly lost: Commit;
  readonly key: EffectKey;
}

/** The branches of the only repository, as a git server keeps them. */
export class SimBranches {
  readonly overwrites: Overwrite[] = [];
  readonly #tips = new Map<string, Commit>();
  #pushes = 0;

  tip(branch: string): string {
    return this.#tips.get(branch)?.sha ?? 'none';
  }

  /** Somebody who is no part of the mesh. */
  pushByPerson(branch: string): void {
    this.#tips.set(branch, { sha: this.#sha() });
  }

  /** @param expected the tip that the writer began from; a server that is not told it takes everything (`isFenced` false) */
  push(branch: string, expected: string, key: EffectKey, isFenced: boolean): 'created' | 'exists' | 'conflict' {
    const tip = this.#tips.get(branch);
    if (tip?.key === key) return 'exists';
    if (isFenced && this.tip(branch) !== expected) return 'conflict';
    if (tip !== undefined && tip.sha !== expected) this.overwrites.push({ branch, lost: tip, key });
    this.#tips.set(branch, { sha: this.#sha(), key });
    return 'created';
  }

  /** Pushes of one node, over the internet. */
  pushesBy(way: () => Promise<void>, isFenced: boolean): ExactAdapter & { readonly class: 'exact' } {
    return {
      class: 'exact',
      create: async ({ branch }, { key }, body) => {
        await way();
        const outcome = this.push(String(branch), String(body), key, isFenced);
        const ref = { id: this.tip(String(branch)) };
        await way();
        return outcome === 'conflict' ? { outcome, problem: 'the branch has moved' } : { outcome, ref };
      },
    };
  }

  #sha(): string {
    return `sha-${++this.#pushes}`;
  }
}
