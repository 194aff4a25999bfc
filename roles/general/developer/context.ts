import { hasCode } from '../../../protocols/errors.ts';
import type { FileKind, Hit, IndexUpdate, Retrieval } from '../../ports/retrieval.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { type Conventions, conventionsOf } from './conventions.ts';
import { MANIFESTS, type RepositoryFacts, type TestCommand, testCommandOf } from './test-command.ts';

export interface ContextOf {
  readonly repository: string;
  /** What is to be built, in the words of the issue. */
  readonly text: string;
}

/** What a developer knows of a repository before it plans. */
export interface Context {
  /** Places that the text is about, with their pieces; the best first. */
  readonly code: readonly Hit[];
  readonly tests: readonly Hit[];
  readonly documents: readonly Hit[];
  readonly conventions: Conventions;
  /** Absent where nothing says how it is tested. */
  readonly testCommand?: TestCommand;
  /** Files that no search finds, counted by the reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Enough to see where; more is asked for by the plan. */
const MOST: Readonly<Record<'code' | 'test' | 'document', number>> = { code: 12, test: 6, document: 3 };
/** Of the code that is found, so many files show how it is written. */
const SAMPLES = 6;

/** Reads a repository as it is at the base, whatever was written into the folder since. */
export async function contextOf(
  { repository, text }: ContextOf,
  { workspace, retrieval }: { readonly workspace: Workspace; readonly retrieval: Retrieval },
): Promise<Context> {
  const files = await workspace.baseFiles();
  const update = await retrieval.update(repository, files);
  const search = (kind: FileKind & keyof typeof MOST) => retrieval.search(repository, text, MOST[kind], [kind]);
  const [code, tests, documents] = [await search('code'), await search('test'), await search('document')];
  const texts = new Map(files.map(({ path, read }) => [path, read]));
  const read = async (path: string) => (await texts.get(path)?.()) ?? '';
  const facts = await factsOf(texts);
  const samples = await Promise.all(
    [...code.slice(0, SAMPLES), ...tests.slice(0, 2)].map(async ({ path }) => ({ path, text: await read(path) })),
  );
  const testCommand = testCommandOf(facts);
  return {
    ...{ code, tests, documents, conventions: conventionsOf(facts, samples) },
    ...(testCommand !== undefined && { testCommand }),
    leftOut: countsOf(update),
  };
}

async function factsOf(files: ReadonlyMap<string, () => Promise<string>>): Promise<RepositoryFacts> {
  const known = new Map<string, string>();
  for (const path of MANIFESTS) {
    const text = await textOf(files.get(path));
    if (text !== undefined) known.set(path, text);
  }
  return { paths: [...files.keys()], text: (path) => known.get(path) };
}

/** A manifest that cannot be read says nothing; the others still do. */
async function textOf(read: (() => Promise<string>) | undefined): Promise<string | undefined> {
  try {
    return await read?.();
  } catch (error) {
    if (!hasCode(error, 'git-failed')) throw error;
    return undefined;
  }
}

function countsOf({ leftOut }: IndexUpdate): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { why } of leftOut) counts[why] = (counts[why] ?? 0) + 1;
  return counts;
}
