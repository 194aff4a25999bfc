import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './accounts.ts';

export type Json = Readonly<Record<string, unknown>>;

/** One request, as a gap of the stand-in sees it. */
export interface Ask {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  /** Placeholders of the route, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** `owner/name`; empty where the route has none. */
  readonly repository: string;
  readonly body: Json;
  readonly account: Account | undefined;
  /** What `emulate` answers to it; with another body where one is given. */
  pass(body?: Json): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (ask: Ask) => Answer | Promise<Answer>;

/** Routes as GitHub's documentation writes them, e.g. `GET /repos/{owner}/{repo}/pulls/{pull_number}/files`; the first that fits is taken. */
export type Routes = Readonly<Record<string, Handler>>;

/** An answer that is no success. */
export class LabProblem extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

/** Placeholders that may hold slashes. */
const WITH_SLASHES = new Set(['ref', 'path', 'basehead', 'branch']);

export function readRoutes(routes: Routes): Route[] {
  return Object.entries(routes).map(([route, handler]) => {
    const [method = '', path = ''] = route.split(' ');
    const names: string[] = [];
    const pattern = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return WITH_SLASHES.has(name) ? '(.+)' : '([^/]+)';
    });
    return { method, pattern: new RegExp(`^${pattern}/?$`), names, handler };
  });
}

export function findRoute(routes: readonly Route[], method: string, pathname: string) {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(pathname) : null;
    if (match === null) continue;
    const params = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')]));
    return { route, params };
  }
  return undefined;
}

export function ok(json: unknown, status = 200): Answer {
  return { status, json };
}

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api: 30 a page unless asked, at most 100. */
export function paged<T>(
  { url }: Ask,
  all: readonly T[],
  show: (items: readonly T[]) => unknown = (items) => items,
): Answer {
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30)));
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const json = show(all.slice((page - 1) * size, page * size));
  if (page >= last) return { status: 200, json };
  const link = (to: number, rel: string) => {
    const other = new URL(url);
    other.searchParams.set('page', String(to));
    return `<${other}>; rel="${rel}"`;
  };
  return { status: 200, json, headers: { link: `${link(page + 1, 'next')}, ${link(last, 'last')}` } };
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Who asks, where it must be somebody. */
export function accountOf({ account }: Ask): Account {
  if (account === undefined) throw new LabProblem(401, 'Requires authentication');
  return account;
}

/** Who asks, where it must be somebody who may write. */
export function writerOf(ask: Ask): Account {
  const account = accountOf(ask);
  if (!account.mayWrite) throw new LabProblem(403, 'Must have write access to this repository.');
  return account;
}
