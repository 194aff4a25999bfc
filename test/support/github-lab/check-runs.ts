import { frameOf, withApp } from './events.ts';
import type { LabParts } from './proxy.ts';
import type { Pulls } from './pulls.ts';
import { type Answer, accountOf, isJson, type Json, LabProblem, ok, paged, type Routes, textOf } from './router.ts';

/**
 * Gap: check runs of commits that `emulate` has not are not listed, a plain token may write them, and they name no App.
 * https://docs.github.com/rest/checks/runs: only GitHub Apps write them.
 */
export function checkRunRoutes(lab: LabParts, pulls: Pulls): Routes {
  /** `owner/name sha` → the suite in which `emulate` keeps them. */
  const suites = new Map<string, number>();
  const shown = (answer: Answer): Answer =>
    isJson(answer.json) && answer.status < 300 ? { ...answer, json: withApp(answer.json) } : answer;
  return {
    'POST /repos/{owner}/{repo}/check-runs': async (ask) => {
      if (!accountOf(ask).isApp) throw new LabProblem(403, 'You must authenticate via a GitHub App.');
      const sha = textOf(ask.body.head_sha);
      if ((await lab.repository(ask.repository).type(sha)) !== 'commit') {
        throw new LabProblem(422, `No commit found for SHA: ${sha}`);
      }
      const answer = await ask.pass();
      const suite = isJson(answer.json) && isJson(answer.json.check_suite) ? answer.json.check_suite.id : undefined;
      if (typeof suite === 'number') suites.set(`${ask.repository} ${sha}`, suite);
      // One that is completed when it is made is told as both.
      const made = isJson(answer.json) && answer.json.status === 'completed' ? answer.json : undefined;
      if (made !== undefined) {
        const by = accountOf(ask);
        lab.deliveries.send('check_run', async () => ({
          ...{ action: 'completed', check_run: await pulls.asCheckRun(ask.repository, withApp(made)) },
          ...(await frameOf(lab, ask.repository, by)),
        }));
      }
      return shown(answer);
    },
    'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': async (ask) => {
      if (!accountOf(ask).isApp) throw new LabProblem(403, 'You must authenticate via a GitHub App.');
      return shown(await ask.pass());
    },
    'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': async (ask) => shown(await ask.pass()),
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': async (ask) => {
      const of = lab.repository(ask.repository);
      const sha = await of.commitOf(ask.params.ref ?? '');
      if (sha === undefined) throw new LabProblem(404, 'Not Found');
      const suite = suites.get(`${of.name} ${sha}`);
      const found = suite === undefined ? [] : await runsOf(suite);
      return paged(ask, chosen(found, ask.url.searchParams), (items) => ({
        total_count: found.length,
        check_runs: items,
      }));

      async function runsOf(id: number): Promise<Json[]> {
        const all: Json[] = [];
        for (let page = 1; ; page++) {
          const path = `/repos/${of.name}/check-suites/${id}/check-runs?per_page=100&page=${page}`;
          const { json } = await lab.emulate(accountOf(ask), 'GET', path);
          const runs = isJson(json) && Array.isArray(json.check_runs) ? json.check_runs.filter(isJson) : [];
          all.push(...runs.map(withApp));
          if (runs.length < 100) return all;
        }
      }
    },
    'POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest': (ask) =>
      ask.pass().then(({ status }) => ok({}, status)),
  };
}

/** Newest first; `latest`, the default, is one of each name. */
function chosen(runs: readonly Json[], query: URLSearchParams): Json[] {
  const name = query.get('check_name');
  const sorted = runs.toSorted((a, b) => Number(b.id) - Number(a.id));
  const named = name === null ? sorted : sorted.filter((run) => run.name === name);
  if (query.get('filter') === 'all') return named;
  return named.filter((run, i) => named.findIndex((each) => each.name === run.name) === i);
}
