import { hasCode, messageOf } from '../../../protocols/errors.ts';
import type { Syntax } from '../../ports/syntax.ts';
import { applyEdit } from './apply-edits.ts';
import type { Change, FileEdit } from './form.ts';
import { whyProtected } from './protected-paths.ts';

/** Why a change cannot be taken as it is, in words that a model can mend it by. */
export interface Problem {
  readonly path: string;
  readonly what: string;
}

export interface Reworked {
  /** Every file that differs from the base after all changes: its text, or null where it is gone. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly problems: readonly Problem[];
}

export interface ReworkParts {
  /** Text of a file at the base; undefined where there is none. @throws MeshError `path-outside` */
  base(path: string): Promise<string | undefined>;
  readonly syntax: Syntax;
}

/**
 * What the base becomes by changes, one after the other. The changes and the base are all that counts, never what lies in a folder: so a
 * process that takes up the work of another comes to the same files.
 */
export async function rework(changes: readonly Change[], parts: ReworkParts): Promise<Reworked> {
  const work = new Work(parts);
  for (const change of changes) {
    for (const edit of [...change.files, ...change.tests]) await work.edit(edit);
    for (const path of change.remove) await work.remove(path);
  }
  await work.checkSyntax();
  return { files: work.files, problems: work.problems };
}

class Work {
  readonly files = new Map<string, string | null>();
  readonly problems: Problem[] = [];
  readonly #parts: ReworkParts;

  constructor(parts: ReworkParts) {
    this.#parts = parts;
  }

  async edit(edit: FileEdit): Promise<void> {
    await this.#change(edit.path, (current) => applyEdit(current, edit));
  }

  async remove(path: string): Promise<void> {
    await this.#change(path, () => null);
  }

  /** Of what was changed; where the base was broken already, nobody is asked to mend it. */
  async checkSyntax(): Promise<void> {
    for (const [path, text] of this.files) {
      if (text === null) continue;
      const found = (await this.#parts.syntax.problems(path, text)) ?? [];
      const before = await this.#parts.base(path);
      const wasBroken = before !== undefined && ((await this.#parts.syntax.problems(path, before)) ?? []).length > 0;
      if (wasBroken) continue;
      for (const { line, column, what } of found)
        this.problems.push({ path, what: `line ${line}, column ${column}: ${what}` });
    }
  }

  async #change(path: string, make: (current: string | undefined) => string | null): Promise<void> {
    const why = whyProtected(path);
    if (why !== undefined) {
      this.problems.push({ path, what: `no agent may change this file: ${why}` });
      return;
    }
    try {
      const known = this.files.get(path);
      const current = known === undefined ? await this.#parts.base(path) : (known ?? undefined);
      this.files.set(path, make(current));
    } catch (error) {
      if (!hasCode(error, 'edit-refused') && !hasCode(error, 'path-outside')) throw error;
      this.problems.push({ path, what: messageOf(error) });
    }
  }
}
