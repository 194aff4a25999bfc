/** One line of a unified diff, with its number in the new version where it is there. */
export interface DiffLine {
  readonly text: string;
  readonly line?: number;
}

const HUNK = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The lines of a patch without file headers, as GitHub gives it. */
export function diffLines(patch: string): readonly DiffLine[] {
  let next: number | undefined;
  return patch.split('\n').map((text) => {
    const begin = HUNK.exec(text)?.[1];
    if (begin !== undefined) {
      next = Number(begin);
      return { text };
    }
    if (next === undefined || text.startsWith('-') || text.startsWith('\\')) return { text };
    return { text, line: next++ };
  });
}

/** Lines of the new version that a comment may stand at: those that the diff shows. */
export function commentableLines(patch: string): ReadonlySet<number> {
  return new Set(diffLines(patch).flatMap(({ line }) => (line === undefined ? [] : [line])));
}
