import type { Account } from './accounts.ts';
import { appOf, withApp } from './apps.ts';
import { frameOf } from './events.ts';
import type { LabParts } from './proxy.ts';
import type { Pulls } from './pulls.ts';
import {
  type Answer,
  type Ask,
  accountOf,
  isJson,
  type Json,
  LabProblem,
  ok,
  paged,
  type Routes,
  textOf,
} from './router.ts';

/** The suite in which `emulate` keeps the runs of a commit, of all Apps together. */
interface Kept {
  readonly suite: number;
  /** Id of a run → whose it is. */
  readonly owners: Map<number, string>;
}

/** Best first. */
const CONCLUSIONS = ['success', 'skipped', 'neutral', 'cancelled', 'timed_out', 'action_required', 'failure'];

/**
 * Gaps: check runs of commits that `emulate` has not are not listed, a plain token may write them, they name no App, one that is made
 * completed is told as created only, and no suite is told at all.
 * https://docs.github.com/rest/checks/runs: only GitHub Apps write them.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#check_run · #check_suite: completed when all runs of an App are.
 */
export class CheckRuns {
  readonly #lab: LabParts;
  readonly #pulls: Pulls;
  /** `owner/name sha` → */
  readonly #kept = new Map<string, Kept>();

  constructor(lab: LabParts, pulls: Pulls) {
    this.#lab = lab;
    this.#pulls = pulls;
  }

  routes(): Routes {
    const one = '/repos/{owner}/{repo}/check-runs/{check_run_id}';
    return {
      'POST /repos/{owner}/{repo}/check-runs': (ask) => this.#create(ask),
      [`PATCH ${one}`]: async (ask) => {
        const by = appAccountOf(ask);
        const answer = this.#shown(await ask.pass());
        if (isJson(answer.json) && answer.json.status === 'completed')
          this.#tellSuite(ask.repository, textOf(answer.json.head_sha), by);
        return answer;
      },
      [`GET ${one}`]: async (ask) => this.#shown(await ask.pass()),
      'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': async (ask) => {
        const of = this.#lab.repository(ask.repository);
        const sha = await of.commitOf(ask.params.ref ?? '');
        if (sha === undefined) throw new LabProblem(404, 'Not Found');
        const found = await this.#runs(of.name, sha, accountOf(ask));
        return paged(ask, chosen(found, ask.url.searchParams), (items) => ({
          total_count: found.length,
          check_runs: items,
        }));
      },
      [`POST ${one}/rerequest`]: (ask) => ask.pass().then(({ status }) => ok({}, status)),
    };
  }

  async #create(ask: Ask): Promise<Answer> {
    const by = appAccountOf(ask);
    const sha = textOf(ask.body.head_sha);
    if ((await this.#lab.repository(ask.repository).type(sha)) !== 'commit') {
      throw new LabProblem(422, `No commit found for SHA: ${sha}`);
    }
    const asking = ask.pass();
    const known = asking.then(({ json }) => {
      if (!isJson(json) || !isJson(json.check_suite)) return;
      const kept = this.#kept.get(`${ask.repository} ${sha}`) ?? {
        suite: Number(json.check_suite.id),
        owners: new Map(),
      };
      kept.owners.set(Number(json.id), by.login);
      this.#kept.set(`${ask.repository} ${sha}`, kept);
    });
    this.#lab.deliveries.hold(known);
    const answer = this.#shown(await asking);
    await known;
    const made = answer.json;
    if (isJson(made) && made.status === 'completed') {
      this.#lab.deliveries.send('check_run', async () => ({
        ...{ action: 'completed', check_run: await this.#pulls.asCheckRun(ask.repository, made) },
        ...(await frameOf(this.#lab, ask.repository, by)),
      }));
      this.#tellSuite(ask.repository, sha, by);
    }
    return answer;
  }

  /** When all that an App checks of a commit has ended. */
  #tellSuite(repository: string, sha: string, by: Account): void {
    this.#lab.deliveries.sendIf('check_suite', async () => {
      const app = appOf(by.login);
      const all = chosen(await this.#runs(repository, sha, by), new URLSearchParams());
      const runs = all.filter((run) => isJson(run.app) && run.app.slug === app.slug);
      if (runs.some(({ status }) => status !== 'completed')) return undefined;
      const worst = Math.max(...runs.map(({ conclusion }) => CONCLUSIONS.indexOf(textOf(conclusion))));
      const { check_suite: suite, pull_requests } = await this.#pulls.asCheckRun(repository, { head_sha: sha });
      const check_suite = {
        ...(isJson(suite) && suite),
        ...{
          id: this.#kept.get(`${repository} ${sha}`)?.suite,
          head_sha: sha,
          status: 'completed',
          app,
          pull_requests,
        },
        ...{ conclusion: CONCLUSIONS[worst] ?? 'failure', url: `${this.#lab.url}/repos/${repository}/check-suites` },
      };
      return { action: 'completed', check_suite, ...(await frameOf(this.#lab, repository, by)) };
    });
  }

  async #runs(repository: string, sha: string, as: Account): Promise<Json[]> {
    const kept = this.#kept.get(`${repository} ${sha}`);
    const all: Json[] = [];
    for (let page = 1; kept !== undefined; page++) {
      const path = `/repos/${repository}/check-suites/${kept.suite}/check-runs?per_page=100&page=${page}`;
      const { json } = await this.#lab.emulate(as, 'GET', path);
      const runs = isJson(json) && Array.isArray(json.check_runs) ? json.check_runs.filter(isJson) : [];
      all.push(...runs.map((run) => withApp(run, kept.owners.get(Number(run.id)))));
      if (runs.length < 100) break;
    }
    return all;
  }

  #shown(answer: Answer): Answer {
    const { json } = answer;
    if (!isJson(json) || answer.status >= 300) return answer;
    const owners = [...this.#kept.values()].find(({ owners }) => owners.has(Number(json.id)))?.owners;
    return { ...answer, json: withApp(json, owners?.get(Number(json.id))) };
  }
}

function appAccountOf(ask: Ask): Account {
  const account = accountOf(ask);
  if (!account.isApp) throw new LabProblem(403, 'You must authenticate via a GitHub App.');
  return account;
}

/** Newest first; `latest`, the default, is one of each name. */
function chosen(runs: readonly Json[], query: URLSearchParams): Json[] {
  const name = query.get('check_name');
  const sorted = runs.toSorted((a, b) => Number(b.id) - Number(a.id));
  const named = name === null ? sorted : sorted.filter((run) => run.name === name);
  if (query.get('filter') === 'all') return named;
  return named.filter((run, i) => named.findIndex((each) => each.name === run.name) === i);
}
