import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../daemon/config/secret.ts';
import type { GitHubOptions } from '../../../daemon/github/github-options.ts';
import { githubClient } from '../emulated-github.ts';
import { ACCOUNTS, type AccountName, Accounts, APP } from './accounts.ts';
import { BareRepository, type Files } from './bare-repository.ts';
import { CheckRuns } from './check-runs.ts';
import { commitRoutes } from './commits.ts';
import { Deliveries, type LabHook } from './deliveries.ts';
import { deploymentRoutes } from './deployments.ts';
import { startEmulated } from './emulated.ts';
import { corrected, sendMoved } from './events.ts';
import { gitPathOf, serveGit } from './git-http.ts';
import { objectRoutes, personOf } from './git-objects.ts';
import { graphqlRoutes } from './graphql.ts';
import { mergeRoutes } from './merge.ts';
import { Person } from './person.ts';
import { Emulated, type LabParts } from './proxy.ts';
import { Pulls } from './pulls.ts';
import { refRoutes } from './refs.ts';
import { Reviews } from './reviews.ts';
import { type Answer, findRoute, isJson, type Json, LabProblem, readRoutes, textOf } from './router.ts';
import { statusRoutes } from './statuses.ts';

export interface GitHubLabOptions {
  /** Each `owner/name` with the files of its first commit on `main`. */
  readonly repositories: readonly { readonly name: string; readonly files: Files }[];
  /** Where everything that happens is told, signed; `hook()` adds one later. */
  readonly webhook?: LabHook;
  /** Hears of every request to the API before it is done, e.g. to kill who sent it; `login` is empty for nobody. */
  readonly observe?: (request: { readonly login: string; readonly method: string; readonly path: string }) => void;
}

/**
 * GitHub for tests: `emulate` (users, Apps, issues, comments, labels, checks) and git's own HTTP server over bare repositories, behind one
 * address, with what `emulate` lacks added by one file a gap beside this one.
 *
 *     const lab = await startGitHubLab({ repositories: [{ name: 'acme/app', files: { 'README.md': '# App\n' } }] });
 *     lab.hook({ url: `${mesh}/webhook/github`, secret });
 *     const alice = lab.as('alice');                       // a member; `mallory` is a stranger
 *     const number = await alice.openIssue({ title: 'Broken', body: '…' });
 *     await alice.push({ branch: 'feature/x', files: { 'x.ts': '…' }, message: 'Add x' });
 *     await alice.openPull({ head: 'feature/x', title: 'X', body: 'Closes #1' });
 *     git clone ${lab.gitUrl('acme/app', 'mesh-bot')}      // pushes are seen at once, by REST and by webhooks
 *     await lab.stop();
 *
 * A mesh gets `github: {baseUrl: lab.url, token: {env: …}}` with `ACCOUNTS['mesh-bot'].token` in that variable, or
 * `app: {id: lab.app.id, privateKey: {env: …}}` with `lab.privateKey`; only an App may write check runs. `lab.deliveries.again()` makes
 * again what a mesh that was down did not take. Forks are not there: a stranger's `push` lands in the repository itself. What would
 * write git objects elsewhere answers 501.
 */
export type GitHubLab = Awaited<ReturnType<typeof startGitHubLab>>;

/** `emulate` signs its webhooks for the lab, which tells them on. */
const INNER_SECRET = 'between emulate and the lab';
const INNER_PATH = '/_lab/hook';
/** What `emulate` would answer from a git of its own. */
const OTHER_GIT =
  /^\/repos\/[^/]+\/[^/]+\/(git|contents|commits|compare|branches|merges|readme|tags|tarball|zipball)(\/|$)/;

export async function startGitHubLab({ repositories, webhook, observe }: GitHubLabOptions) {
  const names = repositories.map(({ name }) => name);
  const root = await mkdtemp(join(tmpdir(), 'github-lab-'));
  const emulated = await startEmulated(names);
  const bare = new Map(names.map((name) => [name.toLowerCase(), new BareRepository(root, name)]));
  for (const { name, files } of repositories)
    await bare.get(name.toLowerCase())?.create(files, personOf(ACCOUNTS.alice));

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  const accounts = new Accounts();
  const deliveries = new Deliveries();
  const inner = new Emulated(emulated.url, () => url);
  const lab: LabParts = {
    url,
    deliveries,
    repository: (name) => {
      const found = bare.get(name.toLowerCase());
      if (found === undefined) throw new LabProblem(404, 'Not Found');
      return found;
    },
    emulate: ({ token }, method, path, body) =>
      inner.ask(
        method,
        path,
        { authorization: `token ${token}` },
        body === undefined ? undefined : JSON.stringify(body),
      ),
    moved: async (of, by, refs) => {
      for (const ref of refs) {
        await sendMoved(lab, of, by, ref);
        await pulls.synchronize(of, by, ref);
      }
    },
  };
  const pulls = new Pulls(lab);
  const reviews = new Reviews(lab, pulls);
  const routes = readRoutes({
    ...new CheckRuns(lab, pulls).routes(),
    ...statusRoutes(lab),
    ...mergeRoutes(lab, pulls),
    ...reviews.routes(),
    ...pulls.routes(),
    ...refRoutes(lab),
    ...objectRoutes(lab),
    ...commitRoutes(lab),
    ...deploymentRoutes(lab),
    ...graphqlRoutes(lab, pulls, reviews),
    ...deliveries.routes(),
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      await answer(request, response, Buffer.concat(chunks));
    } catch (error) {
      const { status, errors } = error instanceof LabProblem ? error : { status: 500 };
      const message = error instanceof Error ? error.message : String(error);
      send(response, {
        status,
        json: { message, ...(errors && { errors }), documentation_url: 'https://docs.github.com/rest' },
      });
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, raw: Buffer): Promise<void> {
    const at = new URL(request.url ?? '/', url);
    const account = accounts.of(request.headers);
    const git = gitPathOf(at.pathname);
    if (git !== undefined) {
      const repository = lab.repository(git.repository);
      const moved = await serveGit({ request, response, raw }, { repository, rest: git.rest, account });
      if (account !== undefined) await lab.moved(repository, account, moved);
      return;
    }
    if (at.pathname === INNER_PATH) return told(request, response, raw);
    const isOfApp = /^bearer ey/i.test(request.headers.authorization ?? '');
    // `emulate` takes a token that nobody has for the first user's.
    if (account === undefined && request.headers.authorization !== undefined && !isOfApp)
      throw new LabProblem(401, 'Bad credentials');
    observe?.({ login: account?.login ?? '', method: request.method ?? '', path: at.pathname });
    send(response, await rest(request, at, raw));
  }

  async function rest(request: IncomingMessage, at: URL, raw: Buffer): Promise<Answer> {
    const { method = 'GET', headers } = request;
    const authorization = headers.authorization === undefined ? {} : { authorization: headers.authorization };
    const pass = (body?: Json) =>
      inner.ask(method, `${at.pathname}${at.search}`, authorization, body === undefined ? raw : JSON.stringify(body));
    const found = findRoute(routes, method, at.pathname);
    if (found === undefined) {
      if (OTHER_GIT.test(at.pathname)) throw new LabProblem(501, `The lab does not answer ${method} ${at.pathname}`);
      const passed = await pass();
      const isToken = /^\/app\/installations\/\d+\/access_tokens$/.test(at.pathname) && isJson(passed.json);
      if (isToken && isJson(passed.json)) accounts.learnInstallation(textOf(passed.json.token));
      return passed;
    }
    const { params } = found;
    const body: unknown = raw.length === 0 ? {} : JSON.parse(raw.toString());
    const repository = params.repo === undefined ? '' : lab.repository(`${params.owner}/${params.repo}`).name;
    const ask = {
      method,
      url: at,
      headers,
      raw,
      params,
      repository,
      body: isJson(body) ? body : {},
      account: accounts.of(headers),
      pass,
    };
    return found.route.handler(ask);
  }

  /** What `emulate` tells is told on, corrected; it waits for no answer, so that what it tells may be in the middle of happening. */
  function told(request: IncomingMessage, response: ServerResponse, raw: Buffer): void {
    const signature = `sha256=${createHmac('sha256', INNER_SECRET).update(raw).digest('hex')}`;
    const event = String(request.headers['x-github-event']);
    response.writeHead(request.headers['x-hub-signature-256'] === signature ? 202 : 403).end();
    const payload: unknown = JSON.parse(inner.readdressed(raw.toString()));
    if (!isJson(payload) || event === 'ping') return;
    const right = () => corrected(pulls, event, payload);
    deliveries.sendAs(right);
  }

  for (const name of names) {
    const config = { url: `${url}${INNER_PATH}`, secret: INNER_SECRET, content_type: 'json' };
    await lab.emulate(ACCOUNTS.alice, 'POST', `/repos/${name}/hooks`, { name: 'web', events: ['*'], config });
  }
  if (webhook !== undefined) deliveries.hook(webhook);

  const app = { id: APP.id, privateKey: new Secret(emulated.privateKey, 'test') };
  const client = (credential: Pick<GitHubOptions, 'token' | 'app'>) => githubClient(url, credential);
  const tokenOf = (name: AccountName) => new Secret(ACCOUNTS[name].token, 'test');
  return {
    /** Base address of the REST API; git is at `${url}/owner/name.git`. */
    url,
    /** With a token in it where an account is named; reading needs none. */
    gitUrl: (repository: string, as?: AccountName) =>
      as === undefined
        ? `${url}/${repository}.git`
        : `${url.replace('://', `://x-access-token:${ACCOUNTS[as].token}@`)}/${repository}.git`,
    /** As an adapter is given it; what it writes is shown as `APP.login`. */
    app,
    /** PEM: for a configuration with `github: {app: {id: lab.app.id, privateKey: {env: 'NAME'}}}`. */
    privateKey: emulated.privateKey,
    /** The mesh's own client, as an account or as the App. */
    client: (as: AccountName | 'app') => client(as === 'app' ? { app } : { token: tokenOf(as) }),
    /** Acts of a person in one repository, by default the first. */
    as: (name: AccountName, repository: string = names[0] ?? '') =>
      new Person({ account: ACCOUNTS[name], repository }, { github: client({ token: tokenOf(name) }), lab }),
    /** The bare repository on disk. */
    bare: (repository: string = names[0] ?? '') => lab.repository(repository),
    hook: (hook: LabHook) => deliveries.hook(hook),
    /** What was sent to the webhooks, and what they answered. */
    deliveries,
    /** Reviews and their comments, also those that nobody sees. */
    reviews,
    stop: async () => {
      await deliveries.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulated.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function send(response: ServerResponse, { status, json, headers }: Answer): void {
  const body = json === undefined ? '' : JSON.stringify(json);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body);
}
