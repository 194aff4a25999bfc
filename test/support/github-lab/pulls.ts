import { ACCOUNTS, type Account } from './accounts.ts';
import { type BareRepository, type Moved, NO_SHA } from './bare-repository.ts';
import { listedCommit } from './commits.ts';
import { changedFiles } from './diffs.ts';
import { frameOf } from './events.ts';
import type { LabParts } from './proxy.ts';
import { type Answer, type Ask, isJson, type Json, LabProblem, ok, paged, type Routes, textOf } from './router.ts';

interface Pull {
  readonly number: number;
  readonly nodeId: string;
  readonly headRef: string;
  readonly baseRef: string;
  /** Once it is closed its shas move no more. */
  closedAt?: Shas;
  mergeCommit?: string;
}

export interface Shas {
  readonly head: string;
  readonly base: string;
}

/**
 * Gap: pull requests of `emulate` keep the shas they were opened with, have no files, may be opened twice and from branches that do
 * not exist. Here head and base are the tips of their branches.
 * https://docs.github.com/rest/pulls/pulls
 */
export class Pulls {
  readonly #lab: LabParts;
  readonly #pulls = new Map<string, Pull>();

  constructor(lab: LabParts) {
    this.#lab = lab;
  }

  routes(): Routes {
    return {
      'GET /repos/{owner}/{repo}/pulls': async (ask) => this.#each(ask, await ask.pass()),
      'POST /repos/{owner}/{repo}/pulls': (ask) => this.#open(ask),
      'GET /repos/{owner}/{repo}/pulls/{pull_number}': async (ask) => this.#one(ask, await ask.pass()),
      'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': (ask) => this.#change(ask),
      'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': async (ask) =>
        paged(ask, await this.files(ask.repository, numberOf(ask))),
      'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': async (ask) => {
        const of = this.#lab.repository(ask.repository);
        const { head, base } = await this.shas(of.name, numberOf(ask));
        const shas = await of.commitsBetween(base, head);
        return paged(ask, await Promise.all(shas.slice(0, 250).map((sha) => listedCommit(of, this.#lab.url, sha))));
      },
      'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': async (ask) => {
        const numbers = await this.#bringing(ask.repository, ask.params.commit_sha ?? '');
        return paged(ask, await Promise.all(numbers.map((number) => this.#read(ask.repository, number))));
      },
      // Every pull request is an issue too: https://docs.github.com/rest/issues/issues
      'GET /repos/{owner}/{repo}/issues/{issue_number}': async (ask) => {
        const number = Number(ask.params.issue_number);
        if (!this.#pulls.has(`${ask.repository}#${number}`)) return ask.pass();
        const { head: _head, base: _base, merged: _merged, ...issue } = await this.#read(ask.repository, number);
        return ok(this.asIssue(ask.repository, issue));
      },
    };
  }

  /** @throws LabProblem 404 */
  of(repository: string, number: number): Pull {
    const pull = this.#pulls.get(`${repository}#${number}`);
    if (pull === undefined) throw new LabProblem(404, 'Not Found');
    return pull;
  }

  byNode(nodeId: string): { repository: string; pull: Pull } | undefined {
    const found = [...this.#pulls].find(([, pull]) => pull.nodeId === nodeId);
    return found && { repository: found[0].split('#')[0] ?? '', pull: found[1] };
  }

  async shas(repository: string, number: number): Promise<Shas> {
    const pull = this.of(repository, number);
    if (pull.closedAt !== undefined) return pull.closedAt;
    const refs = await this.#lab.repository(repository).refs();
    const tip = (branch: string) => refs.get(`refs/heads/${branch}`) ?? NO_SHA;
    return { head: tip(pull.headRef), base: tip(pull.baseRef) };
  }

  async files(repository: string, number: number) {
    const of = this.#lab.repository(repository);
    const { head, base } = await this.shas(repository, number);
    return changedFiles(of, this.#lab.url, (await of.mergeBase(base, head)) ?? base, head);
  }

  /** From now on it keeps its shas. */
  async close(repository: string, number: number, mergeCommit?: string): Promise<void> {
    const shas = await this.shas(repository, number);
    const pull = this.of(repository, number);
    pull.closedAt = shas;
    if (mergeCommit !== undefined) pull.mergeCommit = mergeCommit;
  }

  reopen(repository: string, number: number): void {
    const pull = this.of(repository, number);
    delete pull.closedAt;
    delete pull.mergeCommit;
  }

  /** What `emulate` says of a pull request, with what git says. */
  async full(repository: string, json: Json): Promise<Json> {
    const short = await this.#short(repository, json);
    const files = await this.files(repository, Number(json.number));
    const of = this.#lab.repository(repository);
    const { head, base } = await this.shas(repository, Number(json.number));
    return {
      ...short,
      commits: (await of.commitsBetween(base, head)).length,
      changed_files: files.length,
      additions: files.reduce((sum, file) => sum + file.additions, 0),
      deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    };
  }

  /** An issue that is a pull request says so. */
  asIssue(repository: string, issue: Json): Json {
    const number = Number(issue.number);
    if (!this.#pulls.has(`${repository}#${number}`)) return issue;
    const url = `${this.#lab.url}/repos/${repository}/pulls/${number}`;
    return { ...issue, pull_request: { url, html_url: `${this.#lab.url}/${repository}/pull/${number}` } };
  }

  /** With the branch whose tip was checked, and the open pull requests from it. */
  async asCheckRun(repository: string, run: Json): Promise<Json> {
    const refs = await this.#lab.repository(repository).refs();
    const heads = [...refs].filter(([ref, sha]) => sha === run.head_sha && ref.startsWith('refs/heads/'));
    const branch = heads[0]?.[0].slice('refs/heads/'.length) ?? null;
    const open = [...this.#pulls.values()].filter((pull) => pull.closedAt === undefined && pull.headRef === branch);
    const suite = isJson(run.check_suite) ? run.check_suite : {};
    return {
      ...run,
      check_suite: { ...suite, head_branch: branch },
      pull_requests: open.map(({ number }) => ({ number })),
    };
  }

  /** https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request: `synchronize` of each whose head branch was pushed to. */
  async synchronize(of: BareRepository, by: Account, { ref, before, after }: Moved): Promise<void> {
    if (before === NO_SHA || after === NO_SHA) return;
    for (const [key, pull] of this.#pulls) {
      if (pull.closedAt !== undefined || key !== `${of.name}#${pull.number}` || ref !== `refs/heads/${pull.headRef}`)
        continue;
      this.tell(of.name, pull.number, by, { action: 'synchronize', before, after });
    }
  }

  /** Sends an event of a pull request that `emulate` does not send. */
  tell(
    repository: string,
    number: number,
    by: Account,
    more: Json | (() => Promise<Json>),
    event = 'pull_request',
  ): void {
    this.#lab.deliveries.send(event, async () => {
      const { json } = await this.#lab.emulate(by, 'GET', `/repos/${repository}/pulls/${number}`);
      const pull_request = isJson(json) ? await this.full(repository, json) : undefined;
      const own = typeof more === 'function' ? await more() : more;
      return { ...own, number, pull_request, ...(await frameOf(this.#lab, repository, by)) };
    });
  }

  /** Numbers of the pull requests that a commit came by: it is one of theirs, or what they were merged as. */
  async #bringing(repository: string, sha: string): Promise<number[]> {
    const of = this.#lab.repository(repository);
    const found: number[] = [];
    for (const [key, { number, mergeCommit }] of this.#pulls) {
      if (!key.startsWith(`${repository}#`)) continue;
      const { head, base } = await this.shas(repository, number);
      if (mergeCommit === sha || (await of.commitsBetween(base, head)).includes(sha)) found.push(number);
    }
    return found;
  }

  async #read(repository: string, number: number): Promise<Json> {
    const { json } = await this.#lab.emulate(ACCOUNTS.alice, 'GET', `/repos/${repository}/pulls/${number}`);
    return this.#short(repository, isJson(json) ? json : {});
  }

  async #open(ask: Ask): Promise<Answer> {
    const of = this.#lab.repository(ask.repository);
    const [headRef, baseRef] = [textOf(ask.body.head).replace(/^.*:/, ''), textOf(ask.body.base)];
    const refs = await of.refs();
    const [head, base] = [refs.get(`refs/heads/${headRef}`), refs.get(`refs/heads/${baseRef}`)];
    if (head === undefined) throw invalid({ field: 'head', code: 'invalid' });
    if (base === undefined) throw invalid({ field: 'base', code: 'invalid' });
    const isSame = (pull: Pull) => pull.closedAt === undefined && pull.headRef === headRef && pull.baseRef === baseRef;
    const owner = of.name.split('/')[0];
    if ([...this.#pulls].some(([key, pull]) => key.startsWith(`${of.name}#`) && isSame(pull))) {
      throw invalid({ code: 'custom', message: `A pull request already exists for ${owner}:${headRef}.` });
    }
    if ((await of.commitsBetween(base, head)).length === 0) {
      throw invalid({ code: 'custom', message: `No commits between ${baseRef} and ${headRef}` });
    }
    const opening = ask.pass({ ...ask.body, head: headRef });
    const known = opening.then(({ status, json }) => {
      if (status !== 201 || !isJson(json)) return;
      const number = Number(json.number);
      this.#pulls.set(`${of.name}#${number}`, { number, nodeId: textOf(json.node_id), headRef, baseRef });
    });
    this.#lab.deliveries.hold(known);
    await known;
    return this.#one(ask, await opening);
  }

  async #change(ask: Ask): Promise<Answer> {
    // REST has no way to make a draft ready, or the reverse: https://docs.github.com/graphql/reference/mutations#markpullrequestreadyforreview
    const { draft: _draft, ...body } = ask.body;
    const number = numberOf(ask);
    const { closedAt } = this.of(ask.repository, number);
    const changing = ask.pass(body);
    const known = changing.then(async ({ status }) => {
      if (status === 200 && body.state === 'closed' && closedAt === undefined) await this.close(ask.repository, number);
      if (status === 200 && body.state === 'open' && closedAt !== undefined) this.reopen(ask.repository, number);
    });
    this.#lab.deliveries.hold(known);
    await known;
    return this.#one(ask, await changing);
  }

  async #one(ask: Ask, answer: Answer): Promise<Answer> {
    const { json } = answer;
    return answer.status < 300 && isJson(json) ? { ...answer, json: await this.full(ask.repository, json) } : answer;
  }

  async #each(ask: Ask, answer: Answer): Promise<Answer> {
    if (!Array.isArray(answer.json)) return answer;
    return { ...answer, json: await Promise.all(answer.json.map((each) => this.#short(ask.repository, each))) };
  }

  async #short(repository: string, json: Json): Promise<Json> {
    const number = Number(json.number);
    const { head, base } = await this.shas(repository, number);
    const { mergeCommit = null } = this.of(repository, number);
    return {
      ...json,
      head: { ...(isJson(json.head) && json.head), sha: head },
      base: { ...(isJson(json.base) && json.base), sha: base },
      merge_commit_sha: mergeCommit,
    };
  }
}

export function numberOf({ params }: Ask): number {
  return Number(params.pull_number);
}

export function invalid(error: Json): LabProblem {
  return new LabProblem(422, 'Validation Failed', [{ resource: 'PullRequest', ...error }]);
}
