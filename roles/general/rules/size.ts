import type { MeshEvent, Severity } from '../../../protocols/event.ts';
import { type TouchedPath, topFolders } from './paths.ts';
import { counted, isWorse, listed, type Signal, signal } from './signal.ts';

/** Measures of a change, as far as the event tells them. */
export interface Size {
  readonly additions?: number;
  readonly deletions?: number;
  readonly files?: number;
  readonly commits?: number;
}

export function sizeOf({ data }: MeshEvent, paths: readonly TouchedPath[]): Size {
  const { pullRequest, push } = data;
  const files = pullRequest?.changedFiles ?? (push && paths.length);
  const commits = pullRequest?.commits ?? push?.commitCount;
  return {
    ...(pullRequest?.additions !== undefined && { additions: pullRequest.additions }),
    ...(pullRequest?.deletions !== undefined && { deletions: pullRequest.deletions }),
    ...(files !== undefined && { files }),
    ...(commits !== undefined && { commits }),
  };
}

/** Changed lines below which a change is of a class, and how much it matters. */
const CLASSES: readonly (readonly [below: number, name: string, severity: Severity])[] = [
  [10, 'tiny', 'info'],
  [100, 'small', 'info'],
  [500, 'medium', 'low'],
  [1_000, 'large', 'medium'],
  [Number.POSITIVE_INFINITY, 'huge', 'high'],
];
const FILES: readonly (readonly [above: number, severity: Severity])[] = [
  [100, 'high'],
  [30, 'medium'],
  [10, 'low'],
];
const MANY_COMMITS = 20;
const MANY_FOLDERS = 4;
/** Deletions for one addition above which the change mostly removes, and from how many lines on that means something. */
const MOSTLY = { ratio: 3, lines: 50 };

export function linesOf({ additions, deletions }: Size): number | undefined {
  return additions === undefined && deletions === undefined ? undefined : (additions ?? 0) + (deletions ?? 0);
}

export function sizeClass(lines: number): readonly [name: string, severity: Severity] {
  const [, name, severity] = CLASSES.find(([below]) => lines < below) ?? [0, 'huge', 'high' as const];
  return [name, severity];
}

export function sizeSignals(size: Size, paths: readonly TouchedPath[]): Signal[] {
  const signals = [...total(size)];
  const { additions = 0, deletions = 0, commits } = size;
  if (deletions >= MOSTLY.lines && deletions > additions * MOSTLY.ratio) {
    signals.push(signal('mostly-deletions', 'low', 'It mostly removes', `${deletions} lines go, ${additions} come`));
  }
  if (commits !== undefined && commits > MANY_COMMITS) {
    signals.push(signal('many-commits', 'low', 'Many commits at once', counted(commits, 'commit')));
  }
  const folders = [...topFolders(paths).keys()];
  if (folders.length >= MANY_FOLDERS) {
    signals.push(
      signal(
        'spread',
        'medium',
        'It is spread over many parts',
        `${folders.length} top-level folders: ${listed(folders)}`,
      ),
    );
  }
  return signals;
}

function total(size: Size): Signal[] {
  const lines = linesOf(size);
  const { files, additions = 0, deletions = 0 } = size;
  if (lines === undefined && files === undefined) return [];
  const [name, byLines] = lines === undefined ? [undefined, 'info' as const] : sizeClass(lines);
  const byFiles = FILES.find(([above]) => (files ?? 0) > above)?.[1] ?? 'info';
  const measures = [
    ...(lines === undefined ? [] : [`${counted(lines, 'changed line')} (+${additions} −${deletions})`]),
    ...(files === undefined ? [] : [counted(files, 'file')]),
    ...(size.commits === undefined ? [] : [counted(size.commits, 'commit')]),
  ];
  const title = name === undefined ? `It touches ${counted(files ?? 0, 'file')}` : `The change is ${name}`;
  return [signal('size', isWorse(byFiles, byLines) ? byFiles : byLines, title, measures.join(', '))];
}
