import type { Finding } from '../../../protocols/result.ts';
import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { type TouchedPath, topFolders } from '../rules/paths.ts';
import { counted } from '../rules/signal.ts';
import { linesOf, sizeClass } from '../rules/size.ts';

export const ANALYTICS: Lens = {
  view: 'As analytics',
  cares: {
    size: [0, 'Compare with the usual size of changes in this repository: large ones wait longer.'],
    'many-commits': [0, 'Look at how long this branch lived: it is a batch.'],
    revert: [0, 'Count it towards the rate of rework.'],
    forced: [-1],
    bot: [0],
    automated: [0],
    failed: [-1, 'Count it towards the failure rate of this check.'],
    'deployment-failed': [-1, 'Count it towards the change failure rate.'],
    'alert-open': [-1],
    outsider: [-1],
    truncated: [1, 'Take the full figures from the source: the lists of this event were cut.'],
  },
  blind: 'a trend in a single event',
  judge,
};

/** Prefix of conventional commits, else what the first word tells. */
const WORK: readonly (readonly [RegExp, string])[] = [
  [/^(?:feat|add|introduce|implement)/i, 'feature'],
  [/^(?:fix|bug|hotfix|repair|resolve)/i, 'fix'],
  [/^(?:docs?|readme)/i, 'documentation'],
  [/^(?:tests?|spec)/i, 'test'],
  [/^(?:chore|build|ci|deps?|bump|upgrade|update)/i, 'maintenance'],
  [/^(?:refactor|rename|move|clean|simplif|remove|delete|perf|style)/i, 'restructuring'],
  [/^revert/i, 'rework'],
  [/^merge/i, 'merge'],
];

function kindOfWork(text: string): string {
  return WORK.find(([form]) => form.test(text.trim()))?.[1] ?? 'other';
}

function judge(sight: Sight): Judgement {
  const { event, size, paths } = sight;
  const { pullRequest, push, issue } = event.data;
  const lines = linesOf(size);
  const measures: Finding[] = [
    ...(lines === undefined
      ? []
      : [measure('Size class', `${sizeClass(lines)[0]}, ${counted(lines, 'line')}`, 'additions, deletions')]),
    ...(size.additions && size.deletions !== undefined
      ? [measure('Deleted for one added line', (size.deletions / size.additions).toFixed(2), 'additions, deletions')]
      : []),
    ...(pullRequest ? [measure('Kind of work', kindOfWork(pullRequest.title), 'title')] : []),
    ...(push && push.commits.length > 0 ? pushMeasures(push.commits, paths) : []),
    ...(issue
      ? [
          measure('Comments', String(issue.comments), 'comments'),
          measure('Labels', String(issue.labels.length), 'labels'),
        ]
      : []),
  ];
  return { findings: measures, headline: `${counted(measures.length, 'figure')} could be read from it.` };
}

function pushMeasures(
  commits: readonly { author: string; message: string }[],
  paths: readonly TouchedPath[],
): Finding[] {
  const authors = new Set(commits.map(({ author }) => author)).size;
  const works = new Map<string, number>();
  for (const { message } of commits) works.set(kindOfWork(message), (works.get(kindOfWork(message)) ?? 0) + 1);
  const shares = [...topFolders(paths)].map(
    ([folder, count]) => `${folder} ${Math.round((100 * count) / paths.length)} %`,
  );
  return [
    measure('Authors', String(authors), 'commits'),
    measure('Kinds of work', [...works].map(([work, count]) => `${work} ${count}`).join(', '), 'commits'),
    ...(shares.length === 0 ? [] : [measure('Files by folder', shares.slice(0, 6).join(', '), 'paths')]),
  ];
}

function measure(title: string, detail: string, where: string): Finding {
  return { severity: 'info', title, detail, where };
}
