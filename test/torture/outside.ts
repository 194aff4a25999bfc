import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from './chance.ts';

/** A comment as the outside keeps it. */
export interface OutsideComment {
  readonly id: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
  readonly body: string;
  /** Name of the node that wrote it. */
  readonly by: string;
  /** As GitHub tells times: RFC 3339, whole seconds. */
  readonly at: string;
}

/** When something may happen to who writes: before it is kept · once it is kept, unanswered · right behind the answer. */
export type Moment = 'before-write' | 'after-write' | 'after-answer';

const TOKEN = 'torture';
const LATENCY_MS = [2, 40] as const;
const PER_PAGE = { fallback: 30, most: 100 };

/**
 * Speaks GitHub's routes of issue comments (https://docs.github.com/rest/issues/comments): keeps whatever it is sent, lists a
 * page at a time, deletes when it is asked, removes nothing by itself. Each node has an address of its own, so that it is known
 * who asks.
 */
export class Outside {
  readonly token = TOKEN;
  readonly #chance: Chance;
  readonly #server: Server;
  readonly #comments = new Map<number, OutsideComment>();
  readonly #armed = new Map<string, () => void>();
  readonly counts = { written: 0, deleted: 0, lists: 0 };
  #nextId = 1_000;
  #port = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  urlFor(node: string): string {
    return `http://127.0.0.1:${this.#port}/${node}`;
  }

  comments(): readonly OutsideComment[] {
    return [...this.#comments.values()];
  }

  /** Calls `run` at that moment of the next write of a node, within the very turn of the event loop. Returns what takes it back. */
  arm(node: string, moment: Moment, run: () => void): () => void {
    const key = `${node} ${moment}`;
    this.#armed.set(key, run);
    return () => this.#armed.delete(key);
  }

  #fire(node: string, moment: Moment): boolean {
    const run = this.#armed.get(`${node} ${moment}`);
    this.#armed.delete(`${node} ${moment}`);
    run?.();
    return run !== undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://outside');
      const [, node = '', ...rest] = url.pathname.split('/');
      if (!/^(token|bearer) torture$/i.test(request.headers.authorization ?? '')) {
        send(response, 401, { message: 'Bad credentials' });
        return;
      }
      await delay(this.#chance.between(...LATENCY_MS));
      await this.#route({ request, response, url, node, path: `${request.method} /${rest.join('/')}` });
    } catch (error) {
      // Who asked is gone in the middle of it: that is what this server is for.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  async #route(call: Call): Promise<void> {
    const { path, response } = call;
    const issue = /^(\w+) \/repos\/([^/]+\/[^/]+)\/issues\/(\d+)\/comments$/.exec(path);
    const one = /^(\w+) \/repos\/([^/]+\/[^/]+)\/issues\/comments\/(\d+)$/.exec(path);
    if (path === 'GET /user') send(response, 200, BOT);
    else if (issue?.[1] === 'GET') this.#list(call, issue[2] ?? '', Number(issue[3]));
    else if (issue?.[1] === 'POST') await this.#write(call, issue[2] ?? '', Number(issue[3]));
    else if (one?.[1] === 'DELETE') this.#delete(call, Number(one[3]));
    else send(response, 404, { message: 'Not Found' });
  }

  #list({ url, response }: Call, repository: string, number: number): void {
    this.counts.lists += 1;
    const size = Math.min(PER_PAGE.most, Number(url.searchParams.get('per_page') ?? PER_PAGE.fallback));
    const page = Number(url.searchParams.get('page') ?? 1);
    const since = url.searchParams.get('since') ?? '';
    const all = this.comments().filter((c) => c.repository === repository && c.number === number && c.at >= since);
    if (page * size < all.length) {
      const next = new URL(url);
      next.searchParams.set('page', String(page + 1));
      next.host = `127.0.0.1:${this.#port}`;
      response.setHeader('link', `<${next}>; rel="next"`);
    }
    send(response, 200, all.slice((page - 1) * size, page * size).map(asGithub));
  }

  async #write({ request, response, node }: Call, repository: string, number: number): Promise<void> {
    const { body } = Object(await json(request));
    if (this.#fire(node, 'before-write')) return;
    const comment = { id: this.#nextId++, repository, number, body: String(body), by: node, at: wholeSecond() };
    this.#comments.set(comment.id, comment);
    this.counts.written += 1;
    if (this.#fire(node, 'after-write')) return;
    send(response, 201, asGithub(comment));
    this.#fire(node, 'after-answer');
  }

  #delete({ response }: Call, id: number): void {
    if (!this.#comments.delete(id)) {
      send(response, 404, { message: 'Not Found' });
      return;
    }
    this.counts.deleted += 1;
    response.writeHead(204).end();
  }
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly node: string;
  readonly path: string;
}

const BOT = { login: 'mindmesh-torture', id: 7, node_id: 'U_7', type: 'User' };

function wholeSecond(): string {
  return `${new Date().toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`;
}

function asGithub({ id, repository, number, body, at }: OutsideComment) {
  const url = `https://github.test/${repository}/issues/${number}#issuecomment-${id}`;
  const times = { created_at: at, updated_at: at };
  return { id, node_id: `IC_${id}`, url, html_url: url, body, user: BOT, author_association: 'MEMBER', ...times };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
