import type { Syntax } from '../../ports/syntax.ts';
import type { Workspace } from '../../ports/workspace.ts';
import type { Change } from './form.ts';
import { type Problem, rework } from './rework.ts';
import type { TestCommand } from './test-command.ts';

export interface WorkbenchParts {
  readonly workspace: Workspace;
  readonly syntax: Syntax;
}

export interface TestLimits {
  readonly timeoutMs: number;
  /** Of the output's end, which a model is shown. */
  readonly keepBytes: number;
}

/** What came of the changes so far. */
export type Trial =
  /** They cannot be taken as they are; nothing was run. */
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'passed' | 'failed'; readonly output: string; readonly why: string }
  /** The repository says nothing of how it is tested. */
  | { readonly outcome: 'untested' };

/**
 * Makes the workspace what the base becomes by the changes, and runs the repository's own tests there. May be cut off anywhere and done again.
 * @throws MeshError `sandbox-missing`, `workspace-full`
 */
export async function tryChanges(
  changes: readonly Change[],
  { command, limits, signal }: { command: TestCommand | undefined; limits: TestLimits; signal: AbortSignal },
  { workspace, syntax }: WorkbenchParts,
): Promise<Trial> {
  const base = new Map((await workspace.baseFiles()).map((file) => [file.path, file]));
  const { files, problems } = await rework(changes, { base: async (path) => base.get(path)?.read(), syntax });
  if (problems.length > 0) return { outcome: 'refused', problems };
  await lay(files, workspace);
  if (command === undefined) return { outcome: 'untested' };
  const { exitCode, timedOut, over, output } = await workspace.run({ argv: command.argv, ...limits }, signal);
  if (exitCode === 0) return { outcome: 'passed', output, why: 'the tests ended well' };
  if (timedOut) return { outcome: 'failed', output, why: `the tests did not end within ${limits.timeoutMs / 1_000} s` };
  const why =
    over === undefined ? `the tests ended with ${exitCode ?? 'a signal'}` : `the tests took too much: ${over}`;
  return { outcome: 'failed', output, why };
}

/** Nothing that an earlier trial left stays. */
async function lay(files: ReadonlyMap<string, string | null>, workspace: Workspace): Promise<void> {
  await workspace.reset();
  for (const [path, text] of files) {
    if (text === null) await workspace.remove(path);
    else await workspace.write(path, text);
  }
}
