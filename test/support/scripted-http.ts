import { createServer, type IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON as text, so that numbers beyond 2⁵³ stay what they are. */
  readonly json?: string;
}

/** A server that answers as `answer` says and remembers what it was asked. */
export async function scriptedHttp(t: TestContext, answer: (asked: Asked) => ScriptedAnswer | Promise<ScriptedAnswer>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) };
    asked.push(one);
    const { status = 200, headers: more, json = '{}' } = await answer(one);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...more }).end(json);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked };
}
