import { ACCOUNTS } from './accounts.ts';
import { personOf } from './git-objects.ts';
import type { LabParts } from './proxy.ts';
import { numberOf, type Pulls, type Shas } from './pulls.ts';
import { type Answer, type Ask, isJson, LabProblem, ok, type Routes, textOf, writerOf } from './router.ts';

/** https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue */
const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

/**
 * Gap: `emulate` merges in a git of its own, answers 422 for everything, and leaves issues open that the text closes.
 * https://docs.github.com/rest/pulls/pulls#merge-a-pull-request: 405 when it cannot be merged, 409 when the head is another.
 */
export function mergeRoutes(lab: LabParts, pulls: Pulls): Routes {
  return {
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge': (ask) => {
      const merging = lab.repository(ask.repository).exclusively(() => merge(lab, pulls, ask));
      lab.deliveries.hold(merging);
      return merging;
    },
  };
}

async function merge(lab: LabParts, pulls: Pulls, ask: Ask): Promise<Answer> {
  const by = writerOf(ask);
  const number = numberOf(ask);
  const of = lab.repository(ask.repository);
  const path = `/repos/${of.name}/pulls/${number}`;
  const { json: pull } = await lab.emulate(by, 'GET', path);
  if (!isJson(pull) || pull.state !== 'open') throw new LabProblem(405, 'Pull Request is not mergeable');
  if (pull.draft === true) throw new LabProblem(405, 'Pull Request is still a draft');
  const shas = await pulls.shas(of.name, number);
  if (typeof ask.body.sha === 'string' && ask.body.sha !== shas.head) {
    throw new LabProblem(409, 'Head branch was modified. Review and try the merge again.');
  }
  const sha = await commitOf(
    lab,
    ask,
    shas,
    `Merge pull request #${number} from ${of.name.split('/')[0]}/${pulls.of(of.name, number).headRef}`,
  );
  const answer = await lab.emulate(by, 'PUT', `${path}/merge`, {});
  if (answer.status !== 200) return answer;
  await pulls.close(of.name, number, sha);
  const ref = `refs/heads/${pulls.of(of.name, number).baseRef}`;
  await of.moveRef(ref, sha, shas.base);
  await lab.moved(of, by, [{ ref, before: shas.base, after: sha }]);
  for (const [, issue] of textOf(pull.body).matchAll(CLOSES)) {
    // GitHub closes it in the name of who merged; an App may lack the right to, people here have it.
    await lab.emulate(by.isApp ? ACCOUNTS.alice : by, 'PATCH', `/repos/${of.name}/issues/${issue}`, {
      state: 'closed',
      state_reason: 'completed',
    });
  }
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
}

async function commitOf(lab: LabParts, ask: Ask, { head, base }: Shas, subject: string): Promise<string> {
  const of = lab.repository(ask.repository);
  const method = ask.body.merge_method ?? 'merge';
  if (method !== 'merge' && method !== 'squash') throw new LabProblem(501, 'The lab merges by merge and squash');
  const tree = await of.text(['merge-tree', '--write-tree', base, head]).catch(() => {
    throw new LabProblem(405, 'Pull Request is not mergeable');
  });
  const { name, email } = personOf(writerOf(ask));
  const who = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  const message = [textOf(ask.body.commit_title) || subject, textOf(ask.body.commit_message)]
    .filter(Boolean)
    .join('\n\n');
  const parents = method === 'merge' ? ['-p', base, '-p', head] : ['-p', base];
  return of.text(['commit-tree', tree, ...parents, '-m', message], { env: who });
}
