import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { bundle } from '../../../scripts/bundle.ts';

const root = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'mindmesh-bundle-'));
const outdir = join(scratch, 'moved');
after(() => rmSync(scratch, { recursive: true, force: true }));

before(async () => {
  await bundle({ root, entry: join(root, 'test/fixtures/bundle/main.ts'), outdir: join(scratch, 'dist') });
  // Somewhere else than it was built, so that no path of the build machine can serve.
  cpSync(join(scratch, 'dist'), outdir, { recursive: true });
  rmSync(join(scratch, 'dist'), { recursive: true });
});

function start(use: string): unknown {
  const env = { PATH: process.env.PATH, HOME: scratch };
  return JSON.parse(execFileSync(join(outdir, 'mindmesh.js'), [use], { cwd: scratch, encoding: 'utf8', env }));
}

const cases = [
  { use: 'store', came: 'b' },
  { use: 'mesh', came: true },
  { use: 'http', came: { status: [200, 400], paths: ['/x'] } },
  {
    use: 'command-line',
    came: [
      'mindmesh [command]',
      '',
      'Commands:',
      '  mindmesh hello  says hello',
      '',
      'Options:',
      '  --help     Show help                                                 [boolean]',
      '  --version  Show version number                                       [boolean]',
      '  --number                                                              [number]',
    ].join('\n'),
  },
  {
    use: 'rest',
    came: { openai: 'function', handlebars: '1', yaml: { a: 1 }, metrics: true },
  },
  { use: 'own-files', came: { name: 'mindmesh', templates: true, self: true, main: false } },
];

for (const { use, came } of cases) {
  test(`scripts / bundle / without node_modules ${use} works`, () => {
    assert.deepEqual(start(use), { main: true, came });
  });
}

test('scripts / bundle / it holds no node_modules, and an addon for each common platform', () => {
  const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    files.filter((path) => path.includes('node_modules')),
    [],
  );
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64+arm64', 'win32-x64']) {
    assert.ok(
      files.some((path) => path.startsWith(join('prebuilds', platform)) && path.endsWith('.node')),
      platform,
    );
  }
});

test('scripts / bundle / the entry is small: libraries lie in chunks of their own', () => {
  assert.ok(statSync(join(outdir, 'app/main.js')).size < 50_000);
});

test('scripts / bundle / a package that cannot be resolved fails the build', async () => {
  const entry = join(scratch, 'bad.ts');
  writeFileSync(entry, "import 'no-such-package';\n");
  await assert.rejects(bundle({ root, entry, outdir: join(scratch, 'bad') }), /no-such-package/);
});

test('scripts / bundle / a CommonJS package loaded by import() fails the build, because its names would be gone', async () => {
  const entry = join(scratch, 'dynamic.ts');
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  writeFileSync(entry, "await import('level');\n");
  await assert.rejects(bundle({ root, entry, outdir: join(scratch, 'bad') }), /loads .*level.* by import\(\)/);
});
