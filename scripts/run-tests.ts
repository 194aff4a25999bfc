// npm test [-- part-of-a-path ...]: runs test files by node:test and fails when nothing ran.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { selectTests } from './collect-tests.ts';

/** For one test; a test that needs longer says so itself with `{ timeout }`. */
const TEST_TIMEOUT_MS = 120_000;

/** Without any test beginning or ending for so long, a file holds something open: it is killed and counts as failed. */
const SILENCE_MS = Number(process.env.TEST_SILENCE_MS ?? 600_000);

process.exitCode = await runTests(process.cwd(), process.argv.slice(2));

async function runTests(root: string, args: readonly string[]): Promise<number> {
  const filters = args.map((arg) => relative(root, resolve(root, arg)).replaceAll('\\', '/'));
  const files = selectTests(listTestFolder(root), filters);
  if (files.length === 0) return fail(`no test file matches ${filters.join(' ') || 'test/**/*.test.ts'}`);
  const { success, executed, empty, left } = await runFiles(files.map((file) => resolve(root, file)));
  if (empty.length > 0) return fail(`no test ran in ${empty.map((file) => relative(root, file)).join(', ')}`);
  if (left.length > 0) return fail(`no test may be skipped or left for later: ${left.join(', ')}`);
  if (executed === 0) return fail('no test ran');
  return success ? 0 : 1;
}

function listTestFolder(root: string): string[] {
  return readdirSync(root, { withFileTypes: true }).some((entry) => entry.name === 'test')
    ? readdirSync(resolve(root, 'test'), { recursive: true, encoding: 'utf8' }).map(
        (path) => `test/${path.replaceAll('\\', '/')}`,
      )
    : [];
}

function fail(reason: string): number {
  process.stderr.write(`run-tests: ${reason}\n`);
  return 1;
}

interface Outcome {
  readonly success: boolean;
  /** Tests that ran, not counting suites. */
  readonly executed: number;
  /** Names of tests that did not run, or whose failure would not count (`skip`, `todo`): they would look as if they had passed. */
  readonly left: readonly string[];
  /** Files that ended well without a single test: a typo there would pass unseen. */
  readonly empty: readonly string[];
}

async function runFiles(files: string[]): Promise<Outcome> {
  // Set when a test starts this script: node:test would run nothing and report success.
  delete process.env.NODE_TEST_CONTEXT;
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(), SILENCE_MS);
  const stream = run({ files, concurrency: availableParallelism(), timeout: TEST_TIMEOUT_MS, signal: silence.signal });
  const counted = countTests(stream, files);
  for (const event of ['test:dequeue', 'test:complete'] as const) stream.on(event, () => watch.refresh());
  stream.compose(new spec()).pipe(process.stdout);
  try {
    return await counted;
  } finally {
    clearTimeout(watch);
  }
}

function countTests(stream: ReturnType<typeof run>, files: readonly string[]): Promise<Outcome> {
  let executed = 0;
  const empty: string[] = [];
  const left: string[] = [];
  return new Promise((done) => {
    stream.on('test:pass', ({ name, file, details, skip, todo }) => {
      // node:test reports a file without tests as one passed test of the file's name.
      if (name === file && files.includes(name)) empty.push(name);
      else if (isSet(skip) || isSet(todo)) left.push(name);
      else if (details.type !== 'suite') executed += 1;
    });
    stream.on('test:fail', ({ name, todo }) => {
      if (isSet(todo)) left.push(name);
      else executed += 1;
    });
    stream.on('test:summary', ({ file, success }) => {
      if (file === undefined) done({ success, executed, empty, left });
    });
  });
}

/** `skip` and `todo` are true or a reason; a reason that is computed may say false. */
function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}
