import { MeshError } from '../../protocols/errors.ts';

/** What Linux takes as a path, and what git takes as a name. */
const MOST_CHARS = 1_024;
/** Names that some file system takes for `.git`: letters of both cases, the short name of Windows, and what HFS leaves out. */
const LIKE_GIT = /^(\.git|git~\d+)$/i;
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const CONTROL = /[\p{Cc}\\]/u;

/**
 * The names of a path below the root of a repository.
 * @throws MeshError `path-outside`
 */
export function segmentsOf(path: string): readonly string[] {
  const refuse = (problem: string) => new MeshError('path-outside', { path: path.slice(0, 200), problem });
  if (path.length > MOST_CHARS) throw refuse(`it has more than ${MOST_CHARS} characters`);
  if (CONTROL.test(path)) throw refuse('it has a control character or a backslash');
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '') throw refuse('it is absolute, or has an empty name');
    if (segment === '.' || segment === '..') throw refuse('it has `.` or `..`');
    if (LIKE_GIT.test(segment.replaceAll(IGNORED_BY_HFS, '').replace(/[. ]+$/, ''))) throw refuse('it leads into .git');
  }
  return segments;
}
