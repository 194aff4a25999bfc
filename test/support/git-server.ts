import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface GitServer {
  readonly url: string;
  /** `Authorization` of each request, in order; undefined where there was none. */
  readonly credentials: (string | undefined)[];
  close(): Promise<void>;
}

/** git's own server (`git http-backend`) over the bare repositories below `root`, as a forge has it; `password` guards all of it. */
export async function startGitServer(root: string, password?: string): Promise<GitServer> {
  const credentials: (string | undefined)[] = [];
  const wanted =
    password === undefined ? undefined : `Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    credentials.push(authorization);
    if (wanted === undefined || authorization === wanted) serve(root, request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { url: `http://127.0.0.1:${port}`, credentials, close };
}

/** CGI: https://git-scm.com/docs/git-http-backend */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://git');
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_COUNT: '2',
    ...{
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'http.receivepack',
      GIT_CONFIG_VALUE_1: 'true',
    },
    ...{ GIT_HTTP_EXPORT_ALL: '1', GIT_PROJECT_ROOT: root, PATH_INFO: pathname, QUERY_STRING: search.slice(1) },
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const heads = output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(/:\s*/, 2));
    const status = heads.find(([name]) => name === 'Status')?.[1];
    for (const [name = '', value = ''] of heads) if (name !== 'Status' && name !== '') response.setHeader(name, value);
    response.writeHead(Number.parseInt(status ?? '200', 10)).end(output.subarray(end + 4));
  });
}

/** A bare repository below `root` with one commit on `main`; `links` are symbolic links. */
export function makeBareRepository(
  root: string,
  name: string,
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): string {
  const dir = join(root, `${name}.git`);
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  const git = (args: readonly string[], input = '') =>
    execFileSync('git', ['-C', dir, ...args], { input, encoding: 'utf8', env: { ...process.env, ...identity } }).trim();
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', dir]);
  const entries = [
    ...Object.entries(files).map(([path, text]) => ['100644', path, text] as const),
    ...Object.entries(links).map(([path, target]) => ['120000', path, target] as const),
  ];
  const index = entries.map(
    ([mode, path, text]) => `${mode} ${git(['hash-object', '-w', '--stdin'], text)}\t${path}\n`,
  );
  git(['update-index', '--index-info'], index.join(''));
  const sha = git(['commit-tree', git(['write-tree']), '-m', 'begin']);
  git(['update-ref', 'refs/heads/main', sha]);
  return dir;
}
