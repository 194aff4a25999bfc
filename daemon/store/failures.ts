import { MeshError, messageOf } from '../../protocols/errors.ts';

/** What LevelDB and the file system say, in the words of this product. Both speak by text only. */
const NO_SPACE = /no space left|ENOSPC|disk quota/i;
const UNUSABLE =
  /permission denied|read-only file system|not a directory|is a directory|EACCES|EPERM|EROFS|ENOTDIR|EEXIST/i;

export function openFailure(error: unknown, dir: string): MeshError {
  if (error instanceof MeshError) return error;
  const { codes, problem } = trailOf(error);
  const cause = { cause: error };
  if (codes.includes('LEVEL_LOCKED')) return new MeshError('store-locked', { dir }, cause);
  if (NO_SPACE.test(problem)) return new MeshError('disk-full', { dir }, cause);
  if (UNUSABLE.test(problem)) return new MeshError('data-dir-unusable', { dir, problem }, cause);
  return new MeshError('store-damaged', { dir, problem }, cause);
}

export function writeFailure(error: unknown, dir: string): MeshError {
  if (error instanceof MeshError) return error;
  const { problem } = trailOf(error);
  if (NO_SPACE.test(problem)) return new MeshError('disk-full', { dir }, { cause: error });
  return new MeshError('store-write-failed', { dir, problem }, { cause: error });
}

export function readFailure(error: unknown, dir: string): MeshError {
  if (error instanceof MeshError) return error;
  return new MeshError('store-damaged', { dir, problem: trailOf(error).problem }, { cause: error });
}

/** The message that names the reason lies deepest: abstract-level wraps it. */
function trailOf(error: unknown): { readonly codes: readonly string[]; readonly problem: string } {
  const codes: string[] = [];
  let problem = messageOf(error);
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    problem = each.message;
    if ('code' in each && typeof each.code === 'string') codes.push(each.code);
  }
  return { codes, problem };
}
