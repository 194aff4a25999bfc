import type { Octokit } from '@octokit/core';
import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import type { GitHubOptions } from './github-options.ts';
import { githubProblem } from './github-problem.ts';
import { createOctokit } from './octokit.ts';

export interface GitHubParts {
  readonly log: Logger;
  /** Of this build, for the user agent. */
  readonly version: string;
}

/** Values of the placeholders in the route; the others become the query of a GET, else the body. */
export type GitHubParameters = Readonly<Record<string, unknown>>;

export interface GitHubReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** Decoded JSON. Whole numbers beyond 2⁵³ are BigInts: ids of deliveries are such. */
  readonly data: unknown;
}

/** The REST API of GitHub: the one way there for every adapter. */
export interface GitHub {
  /**
   * Reads are repeated after 5xx and broken connections; a write never is, because it may have been done: who asks knows how
   * to find out. Rate limits of up to 30 s are waited for.
   * @param route as GitHub's documentation writes it, e.g. `GET /repos/{owner}/{repo}/issues/{issue_number}/comments`
   * @throws MeshError `github-unauthorized` (401), `-forbidden` (403), `-not-found` (404), `-rate-limited`, `-refused` (other 4xx,
   *   its `status` is in the facts), `-unavailable` (5xx, no answer)
   */
  request(route: string, parameters?: GitHubParameters, signal?: AbortSignal): Promise<GitHubReply>;
}

/** What git shows GitHub. */
export interface GitTokens {
  /**
   * What git pushes to a repository with. Of an App it opens this one repository, its contents alone, for an hour (T7); a token has no
   * smaller one to give.
   * @param repository `owner/name`
   * @throws MeshError as `request`
   */
  gitToken(repository: string): Promise<string>;
}

/** The client of the configuration; undefined when there is neither a token nor an App. */
export function createGitHub(options: GitHubOptions, parts: GitHubParts): (GitHub & GitTokens) | undefined {
  return options.token === undefined && options.app === undefined ? undefined : new GitHubClient(options, parts);
}

const GRAPHQL = 'POST /graphql';
const InstallationSchema = z.object({ id: z.int() });
const TokenSchema = z.object({ token: z.string().min(1) });

export class GitHubClient implements GitHub, GitTokens {
  readonly #options: GitHubOptions;
  readonly #parts: GitHubParts;
  /** A token's own, or of the App itself. */
  readonly #main: Octokit;
  /** Owner of repositories → the App's installation there. */
  readonly #installations = new Map<string, Promise<Octokit>>();

  constructor(options: GitHubOptions, parts: GitHubParts) {
    const { app, token } = options;
    this.#options = options;
    this.#parts = parts;
    const credential = app ? { appId: app.id, privateKey: app.privateKey.reveal() } : { token: token?.reveal() ?? '' };
    this.#main = createOctokit(credential, options, parts);
  }

  async request(route: string, parameters: GitHubParameters = {}, signal?: AbortSignal): Promise<GitHubReply> {
    const isRead = /^(GET|HEAD) /.test(route);
    const request = { ...(signal && { signal }), ...(!isRead && { retries: 0 }) };
    try {
      const octokit = await this.#octokitFor(route, parameters);
      const asked = route === GRAPHQL ? this.#forGraphql(parameters) : parameters;
      const { status, headers, data } = await octokit.request(route, { ...asked, request });
      return { status, headers, data };
    } catch (error) {
      throw error instanceof MeshError ? error : githubProblem(error, route);
    }
  }

  async gitToken(repository: string): Promise<string> {
    const { app, token } = this.#options;
    if (app === undefined) return token?.reveal() ?? '';
    const [owner = '', repo = ''] = repository.split('/');
    const about = 'POST /app/installations/{installation_id}/access_tokens';
    try {
      const octokit = await this.#octokitFor('', { owner, repo });
      const wanted = { type: 'installation', repositoryNames: [repo], permissions: { contents: 'write' } };
      const made = TokenSchema.safeParse(await octokit.auth(wanted));
      if (made.success) return made.data.token;
      throw new MeshError('github-nonsense', { request: about, problem: z.prettifyError(made.error) });
    } catch (error) {
      throw error instanceof MeshError ? error : githubProblem(error, about);
    }
  }

  /** It knows no repository, which only tells whose installation asks, and lies beside the REST API of an Enterprise Server. */
  #forGraphql({ owner: _owner, repo: _repo, ...parameters }: GitHubParameters): GitHubParameters {
    const baseUrl = this.#options.baseUrl?.replace(/\/api\/v3\/*$/, '/api');
    return { ...parameters, ...(baseUrl !== undefined && { baseUrl: baseUrl.replace(/\/+$/, '') }) };
  }

  /** What belongs to a repository or organisation an App does as its installation there, everything else as itself. */
  async #octokitFor(route: string, { owner, repo, org }: GitHubParameters): Promise<Octokit> {
    const { app } = this.#options;
    if (app === undefined || route.includes(' /app')) return this.#main;
    if (app.installation !== undefined) return this.#installed('', async () => app.installation ?? 0);
    if (typeof owner === 'string' && typeof repo === 'string') {
      return this.#installed(owner, () => this.#find('GET /repos/{owner}/{repo}/installation', { owner, repo }));
    }
    if (typeof org !== 'string') return this.#main;
    return this.#installed(org, () => this.#find('GET /orgs/{org}/installation', { org }));
  }

  #installed(owner: string, find: () => Promise<number>): Promise<Octokit> {
    const known = this.#installations.get(owner);
    if (known !== undefined) return known;
    const made = find().then((id) => this.#octokitOf(id));
    this.#installations.set(owner, made);
    // An App that is installed later is found then.
    made.catch(() => this.#installations.delete(owner));
    return made;
  }

  async #find(route: string, parameters: GitHubParameters): Promise<number> {
    const { data } = await this.#main.request(route, parameters);
    const installation = InstallationSchema.safeParse(data);
    if (installation.success) return installation.data.id;
    throw new MeshError('github-nonsense', { request: route, problem: z.prettifyError(installation.error) });
  }

  #octokitOf(installationId: number): Octokit {
    const { app } = this.#options;
    const credential = { appId: app?.id ?? '', privateKey: app?.privateKey.reveal() ?? '', installationId };
    return createOctokit(credential, this.#options, this.#parts);
  }
}
