import type { GitHub, GitHubParameters } from '../../../daemon/github/client.ts';
import type { Account } from './accounts.ts';
import { type Files, NO_SHA } from './bare-repository.ts';
import { personOf } from './git-objects.ts';
import type { LabParts } from './proxy.ts';
import { isJson, type Json, textOf } from './router.ts';

/** What people do at GitHub, in one repository, through its own API. */
export class Person {
  readonly login: string;
  readonly #account: Account;
  readonly #repository: string;
  readonly #github: GitHub;
  readonly #lab: LabParts;

  constructor(
    options: { readonly account: Account; readonly repository: string },
    parts: { readonly github: GitHub; readonly lab: LabParts },
  ) {
    this.login = options.account.login;
    this.#account = options.account;
    this.#repository = options.repository;
    this.#github = parts.github;
    this.#lab = parts.lab;
  }

  /** @returns its number */
  async openIssue(issue: { title: string; body?: string; labels?: readonly string[] }): Promise<number> {
    return Number((await this.request('POST /repos/{owner}/{repo}/issues', issue)).number);
  }

  async editIssue(number: number, change: { title?: string; body?: string; state?: 'open' | 'closed' }): Promise<void> {
    await this.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: number, ...change });
  }

  /** On an issue or a pull request. @returns the comment's id */
  async comment(number: number, body: string): Promise<number> {
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    return Number((await this.request(route, { issue_number: number, body })).id);
  }

  async label(number: number, ...labels: string[]): Promise<void> {
    await this.all('POST /repos/{owner}/{repo}/issues/{issue_number}/labels', { issue_number: number, labels });
  }

  async unlabel(number: number, name: string): Promise<void> {
    await this.all('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', { issue_number: number, name });
  }

  /** One commit on a branch, which is made from `from` (default `main`) where it is new; null deletes a file. @returns its sha */
  async push(commit: { branch: string; files: Files; message?: string; from?: string }): Promise<string> {
    const of = this.#lab.repository(this.#repository);
    const ref = `refs/heads/${commit.branch}`;
    return of.exclusively(async () => {
      const before = (await of.tip(commit.branch)) ?? NO_SHA;
      const after = await of.commit({ message: 'A change', ...commit, person: personOf(this.#account) });
      await this.#lab.moved(of, this.#account, [{ ref, before, after }]);
      return after;
    });
  }

  /** @returns its number */
  async openPull(pull: {
    head: string;
    title?: string;
    body?: string;
    base?: string;
    draft?: boolean;
  }): Promise<number> {
    const made = await this.request('POST /repos/{owner}/{repo}/pulls', { base: 'main', title: 'A change', ...pull });
    return Number(made.number);
  }

  async editPull(number: number, change: { title?: string; body?: string; state?: 'open' | 'closed' }): Promise<void> {
    await this.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number, ...change });
  }

  /** @returns its id */
  async review(
    number: number,
    review: { event?: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT'; body?: string; comments?: readonly Json[] },
  ): Promise<number> {
    const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
    return Number((await this.request(route, { pull_number: number, ...review })).id);
  }

  /** @returns sha of the commit on the base branch */
  async merge(number: number, how: { merge_method?: 'merge' | 'squash'; sha?: string } = {}): Promise<string> {
    const route = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';
    return textOf((await this.request(route, { pull_number: number, ...how })).sha);
  }

  async status(
    sha: string,
    status: { state: string; context?: string; description?: string; target_url?: string },
  ): Promise<void> {
    await this.request('POST /repos/{owner}/{repo}/statuses/{sha}', { sha, ...status });
  }

  /** What an App checked: `lab.as('ci').check(…)`. @returns its id */
  async check(sha: string, check: { name: string; conclusion?: string; summary?: string }): Promise<number> {
    const { name, conclusion, summary = '' } = check;
    const ended = conclusion === undefined ? { status: 'in_progress' } : { status: 'completed', conclusion };
    const run = { name, head_sha: sha, ...ended, output: { title: conclusion ?? 'running', summary } };
    return Number((await this.request('POST /repos/{owner}/{repo}/check-runs', run)).id);
  }

  /** Deploys a ref and says how it went. */
  async deploy(ref: string, environment: string, status: { state: string; environment_url?: string }): Promise<void> {
    const { id } = await this.request('POST /repos/{owner}/{repo}/deployments', { ref, environment });
    const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
    await this.request(route, { deployment_id: id, ...status });
  }

  /** Of this repository; what answers with an object. */
  async request(route: string, parameters: GitHubParameters = {}): Promise<Json> {
    const data = await this.#ask(route, parameters);
    return isJson(data) ? data : {};
  }

  /** Of this repository; what answers with a list. */
  async all(route: string, parameters: GitHubParameters = {}): Promise<Json[]> {
    const data = await this.#ask(route, { per_page: 100, ...parameters });
    return Array.isArray(data) ? data.filter(isJson) : [];
  }

  async #ask(route: string, parameters: GitHubParameters): Promise<unknown> {
    const [owner, repo] = this.#repository.split('/');
    return (await this.#github.request(route, { owner, repo, ...parameters })).data;
  }
}
