import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from './accounts.ts';
import { type BareRepository, type Moved, NO_SHA } from './bare-repository.ts';

/** `/owner/name.git/…` */
const GIT_PATH = /^\/([^/]+\/[^/]+)\.git(\/.*)$/;

export function gitPathOf(pathname: string): { repository: string; rest: string } | undefined {
  const [, repository, rest] = GIT_PATH.exec(pathname) ?? [];
  return repository === undefined || rest === undefined ? undefined : { repository, rest };
}

/**
 * Gap: no git protocol. It is git's own server, started for each request as a web server would.
 * https://git-scm.com/docs/git-http-backend · https://docs.github.com/get-started/git-basics/about-remote-repositories
 * @returns what a push moved
 */
export async function serveGit(
  { request, response, raw }: { request: IncomingMessage; response: ServerResponse; raw: Buffer },
  { repository, rest, account }: { repository: BareRepository; rest: string; account: Account | undefined },
): Promise<readonly Moved[]> {
  const { search, searchParams } = new URL(request.url ?? '', 'http://lab');
  const isPush = rest === '/git-receive-pack' || searchParams.get('service') === 'git-receive-pack';
  if (isPush && account?.mayWrite !== true) {
    response.writeHead(account === undefined ? 401 : 403, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
    return [];
  }
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROJECT_ROOT: repository.dir,
    PATH_INFO: rest,
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(raw.length),
    HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    REMOTE_USER: account?.login ?? '',
  };
  return repository.exclusively(async () => {
    const before = isPush ? await repository.refs() : new Map<string, string>();
    const output = await run(env, raw);
    const moved = isPush ? differences(before, await repository.refs()) : [];
    answer(response, output);
    return moved;
  });
}

function run(env: Record<string, string>, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** Headers as CGI has them, an empty line, the body. */
function answer(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  let status = 200;
  for (const line of output.subarray(0, end).toString().split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Moved[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .map((ref) => ({ ref, before: before.get(ref) ?? NO_SHA, after: after.get(ref) ?? NO_SHA }))
    .filter((each) => each.before !== each.after);
}
