import { ACCOUNTS, type Account } from './accounts.ts';
import { withApp } from './apps.ts';
import { type BareRepository, type Moved, NO_SHA } from './bare-repository.ts';
import { readCommit } from './git-objects.ts';
import type { LabParts } from './proxy.ts';
import type { Pulls } from './pulls.ts';
import { isJson, type Json, textOf } from './router.ts';

/** What every payload has: where, and by whom. https://docs.github.com/webhooks/webhook-events-and-payloads */
export async function frameOf(lab: LabParts, repository: string, by: Pick<Account, 'login' | 'isApp'>): Promise<Json> {
  const where = await lab.emulate(ACCOUNTS.alice, 'GET', `/repos/${repository}`);
  return { repository: where.json, sender: await userOf(lab, by) };
}

/** As payloads and answers show an account. */
export async function userOf(lab: LabParts, { login, isApp }: Pick<Account, 'login' | 'isApp'>): Promise<Json> {
  const { status, json } = await lab.emulate(ACCOUNTS.alice, 'GET', `/users/${encodeURIComponent(login)}`);
  if (status === 200 && isJson(json)) return isApp ? { ...json, type: 'Bot' } : json;
  return { login, id: 1_000, node_id: '', type: isApp ? 'Bot' : 'User', site_admin: false };
}

/**
 * Gap: no `push` and `create` of what git brought.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#push · #create · #delete
 */
export async function sendMoved(lab: LabParts, of: BareRepository, by: Account, moved: Moved): Promise<void> {
  const { ref, before, after } = moved;
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const kind = { ref: name, ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch' };
  const frame = () => frameOf(lab, of.name, by);
  const pusher = { pusher_type: 'user', master_branch: of.defaultBranch };
  if (before === NO_SHA) lab.deliveries.send('create', async () => ({ ...kind, ...pusher, ...(await frame()) }));
  if (after === NO_SHA) lab.deliveries.send('delete', async () => ({ ...kind, ...pusher, ...(await frame()) }));
  lab.deliveries.send('push', async () => ({ ...(await pushed(lab, of, by, moved)), ...(await frame()) }));
}

async function pushed(
  { url }: LabParts,
  of: BareRepository,
  by: Account,
  { ref, before, after }: Moved,
): Promise<Json> {
  const base = before === NO_SHA ? await of.tip(of.defaultBranch) : before;
  const shas = after === NO_SHA ? [] : await of.commitsBetween(base ?? after, after);
  const commits = await Promise.all(shas.slice(-20).map((sha) => pushedCommit(of, url, sha, by)));
  return {
    ...{ ref, before, after, commits, head_commit: commits.at(-1) ?? null, base_ref: null },
    ...{ created: before === NO_SHA, deleted: after === NO_SHA, forced: false },
    compare: `${url}/${of.name}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    pusher: { name: by.login, email: null },
  };
}

async function pushedCommit(of: BareRepository, url: string, sha: string, by: Account): Promise<Json> {
  const { author, message, tree, committer } = await readCommit(of, url, sha);
  const listed = (await of.text(['diff-tree', '--no-commit-id', '--name-status', '-r', '--root', sha])).split('\n');
  const paths = (letter: string) => listed.filter((line) => line.startsWith(letter)).map((line) => line.split('\t')[1]);
  const files = { added: paths('A'), removed: paths('D'), modified: paths('M') };
  const who = { author: { ...author, username: by.login }, committer: { ...committer, username: by.login } };
  return {
    id: sha,
    tree_id: tree.sha,
    message,
    timestamp: author.date,
    distinct: true,
    url: `${url}/${of.name}/commit/${sha}`,
    ...who,
    ...files,
  };
}

/**
 * Gaps in what `emulate` sends: a label on a pull request is told as one on an issue, a comment on a pull request does not say that
 * it is one, shas are those of `emulate`'s own git, and check runs name no App, no branch and no pull request.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request · #issue_comment · #check_run
 */
export async function corrected(pulls: Pulls, event: string, payload: Json): Promise<{ event: string; payload: Json }> {
  const repository = isJson(payload.repository) ? textOf(payload.repository.full_name) : '';
  const { issue, ...rest } = payload;
  if (event === 'issues' && isJson(issue) && isJson(issue.head)) {
    return {
      event: 'pull_request',
      payload: { ...rest, number: issue.number, pull_request: await pulls.full(repository, issue) },
    };
  }
  if (isJson(payload.pull_request)) {
    const pull = payload.pull_request;
    return { event, payload: { ...payload, number: pull.number, pull_request: await pulls.full(repository, pull) } };
  }
  if (isJson(issue)) return { event, payload: { ...payload, issue: pulls.asIssue(repository, issue) } };
  if (isJson(payload.check_run)) {
    return {
      event,
      payload: {
        ...payload,
        check_run: await pulls.asCheckRun(repository, withApp(payload.check_run, loginOf(payload.sender))),
      },
    };
  }
  return { event, payload };
}

function loginOf(user: unknown): string | undefined {
  return isJson(user) ? textOf(user.login) : undefined;
}
