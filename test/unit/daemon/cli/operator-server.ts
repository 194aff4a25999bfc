import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Answers one path of the operator's socket. */
export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface OperatorServer {
  readonly socket: string;
  /** `GET /v1/status?x=1` and the like, in the order they came. */
  readonly asked: readonly string[];
}

/** A real HTTP server on a real unix socket; what it was not told to answer is 404. */
export async function operatorServer(
  t: TestContext,
  answers: Readonly<Record<string, Answer>>,
): Promise<OperatorServer> {
  const dir = await temporaryFolder(t);
  const socket = join(dir, 'mm.sock');
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer =
      answers[request.url?.split('?')[0] ?? ''] ??
      problem(404, 'not-found', 'there is no such thing', 'look elsewhere');
    answer(request, response, Buffer.concat(chunks).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, asked };
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mm-cli-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export function json(value: unknown): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

export function problem(status: number, code: string, detail: string, fix: string): Answer {
  return (_request, response) => {
    const body = { type: `urn:mindmesh:problem:${code}`, title: code, status, detail, code, fix, retryable: false };
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
  };
}
