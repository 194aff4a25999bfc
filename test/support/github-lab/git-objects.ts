import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNTS, type Account } from './accounts.ts';
import type { BareRepository } from './bare-repository.ts';
import type { LabParts } from './proxy.ts';
import { accountOf, isJson, type Json, LabProblem, ok, type Routes, textOf, writerOf } from './router.ts';
import type { BlobShape, CommitShape, TreeShape } from './shapes.ts';

/**
 * Gap: `emulate` keeps git objects of its own that git knows nothing of. Here they are those of the bare repository.
 * https://docs.github.com/rest/git/blobs · https://docs.github.com/rest/git/trees · https://docs.github.com/rest/git/commits
 */
export function objectRoutes({ url, repository }: LabParts): Routes {
  return {
    'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': async (ask) => {
      const of = repository(ask.repository);
      const sha = ask.params.file_sha ?? '';
      const content = await of.git(['cat-file', 'blob', sha]).catch(() => notFound());
      const at = `${url}/repos/${of.name}/git/blobs/${sha}`;
      return ok({
        content: content.toString('base64'),
        encoding: 'base64',
        url: at,
        sha,
        size: content.length,
      } satisfies BlobShape);
    },
    'POST /repos/{owner}/{repo}/git/blobs': async (ask) => {
      writerOf(ask);
      const of = repository(ask.repository);
      const { content, encoding } = ask.body;
      const input = Buffer.from(textOf(content), encoding === 'base64' ? 'base64' : 'utf8');
      const sha = await of.text(['hash-object', '-w', '--stdin'], { input });
      return ok({ sha, url: `${url}/repos/${of.name}/git/blobs/${sha}` }, 201);
    },
    'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': async (ask) => {
      const of = repository(ask.repository);
      const name = ask.params.tree_sha ?? '';
      const sha = (await of.commitOf(name)) ?? name;
      return ok(await readTree(of, url, sha, ask.url.searchParams.has('recursive')));
    },
    'POST /repos/{owner}/{repo}/git/trees': async (ask) => {
      writerOf(ask);
      const of = repository(ask.repository);
      const sha = await writeTree(of, ask.body);
      return ok(await readTree(of, url, sha, false), 201);
    },
    'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': async (ask) =>
      ok(await readCommit(repository(ask.repository), url, ask.params.commit_sha ?? '')),
    'POST /repos/{owner}/{repo}/git/commits': async (ask) => {
      writerOf(ask);
      const of = repository(ask.repository);
      const sha = await writeCommit(of, ask.body, accountOf(ask));
      return ok(await readCommit(of, url, sha), 201);
    },
  };
}

export async function readCommit(of: BareRepository, url: string, sha: string): Promise<CommitShape> {
  if ((await of.type(sha)) !== 'commit') notFound();
  const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');
  const text = (await of.git(['log', '-1', `--format=${format}`, sha])).toString();
  const [full = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
    text.split('\0');
  const api = `${url}/repos/${of.name}/git`;
  const page = `${url}/${of.name}/commit`;
  return {
    sha: full,
    url: `${api}/commits/${full}`,
    html_url: `${page}/${full}`,
    author: { name: an, email: ae, date: instant(ad) },
    committer: { name: cn, email: ce, date: instant(cd) },
    tree: { sha: tree, url: `${api}/trees/${tree}` },
    message: message.trimEnd(),
    parents: parents
      .split(' ')
      .filter((parent) => parent !== '')
      .map((parent) => ({ sha: parent, url: `${api}/commits/${parent}`, html_url: `${page}/${parent}` })),
  };
}

async function readTree(of: BareRepository, url: string, sha: string, recursive: boolean): Promise<TreeShape> {
  const args = ['ls-tree', '-z', '--long', ...(recursive ? ['-r', '-t'] : []), sha];
  const listed = (await of.git(args).catch(() => notFound())).toString().split('\0');
  const own = await of.text(['rev-parse', `${sha}^{tree}`]);
  const tree = listed.slice(0, -1).map((line) => {
    const [head = '', path = ''] = line.split('\t');
    const [mode = '', type = '', object = '', size = ''] = head.split(/\s+/);
    const at = `${url}/repos/${of.name}/git/${type}s/${object}`;
    return { path, mode, type, sha: object, url: at, ...(type === 'blob' && { size: Number(size) }) };
  });
  return { sha: own, url: `${url}/repos/${of.name}/git/trees/${own}`, tree, truncated: false };
}

async function writeTree(of: BareRepository, body: Json): Promise<string> {
  const index = join(of.dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  const lines: string[] = [];
  for (const entry of Array.isArray(body.tree) ? body.tree.filter(isJson) : []) {
    const { path, mode, content } = entry;
    const written =
      typeof content === 'string' ? await of.text(['hash-object', '-w', '--stdin'], { input: content }) : entry.sha;
    if (written !== null && (await of.type(textOf(written))) === undefined)
      throw new LabProblem(422, 'tree.sha is not a valid object');
    lines.push(written === null ? `0 ${'0'.repeat(40)}\t${path}` : `${textOf(mode)} ${textOf(written)}\t${path}`);
  }
  try {
    if (typeof body.base_tree === 'string') {
      await of.git(['read-tree', body.base_tree], { env }).catch(() => {
        throw new LabProblem(422, 'base_tree is not a valid tree oid');
      });
    }
    await of.git(['update-index', '--add', '--index-info'], { env, input: `${lines.join('\n')}\n` });
    return await of.text(['write-tree'], { env });
  } finally {
    await rm(index, { force: true });
  }
}

/** As git writes it: what is sent twice has the same sha, as long as both dates are given. */
async function writeCommit(of: BareRepository, body: Json, by: Account): Promise<string> {
  const { message, tree, parents } = body;
  if ((await of.type(textOf(tree))) !== 'tree') throw new LabProblem(422, 'Tree SHA does not exist');
  const known = (Array.isArray(parents) ? parents : []).map(textOf);
  for (const parent of known) {
    if ((await of.type(parent)) !== 'commit')
      throw new LabProblem(422, 'Parent SHA does not exist or is not a commit object');
  }
  const author = lineOf(body.author, by);
  const committer = isJson(body.committer) ? lineOf(body.committer, by) : author;
  const parentLines = known.map((parent) => `parent ${parent}\n`).join('');
  const input = `tree ${textOf(tree)}\n${parentLines}author ${author}\ncommitter ${committer}\n\n${textOf(message)}`;
  return of.text(['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
}

function lineOf(person: unknown, by: Account): string {
  const { name, email, date } = isJson(person) ? person : {};
  const at = typeof date === 'string' ? Date.parse(date) : Date.now();
  const who = textOf(name) || by.login;
  return `${who} <${textOf(email) || personOf(by).email}> ${Math.floor(at / 1_000)} +0000`;
}

export function personOf({ login }: Pick<Account, 'login'>) {
  return { name: login, email: login in ACCOUNTS ? `${login}@example.org` : `${login}@users.noreply.github.com` };
}

function instant(date: string): string {
  return new Date(date).toISOString().replace('.000Z', 'Z');
}

function notFound(): never {
  throw new LabProblem(404, 'Not Found');
}
