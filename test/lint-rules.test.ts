import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'mindmesh-lint-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const later = 'export async function later(): Promise<number> {\n  return 1;\n}\n';

/** For each rule a file that breaks it and nothing else that matters; each must be caught, or the rule is off. */
const cases: readonly { rule: string; file: string; text: string }[] = [
  { rule: 'noImportCycles', file: 'daemon/a.ts', text: "import { b } from './b.ts';\nexport const a = () => b();\n" },
  { rule: 'noImportCycles', file: 'daemon/b.ts', text: "import { a } from './a.ts';\nexport const b = () => a();\n" },
  { rule: 'noBarrelFile', file: 'daemon/barrel.ts', text: "export { later } from './later.ts';\n" },
  { rule: 'noReExportAll', file: 'daemon/all.ts', text: "export * from './later.ts';\n" },
  { rule: 'noDefaultExport', file: 'daemon/default.ts', text: 'export default 1;\n' },
  { rule: 'noEnum', file: 'daemon/enum.ts', text: 'export enum A {\n  B = 1,\n}\n' },
  { rule: 'useFilenamingConvention', file: 'daemon/badName.ts', text: 'export const a = 1;\n' },
  { rule: 'useFilenamingConvention', file: 'daemon/bad_name.ts', text: 'export const a = 1;\n' },
  { rule: 'noConsole', file: 'daemon/console.ts', text: "console.log('a');\n" },
  {
    rule: 'noFloatingPromises',
    file: 'daemon/floating.ts',
    text: "import { later } from './later.ts';\n\nexport function a(): void {\n  later();\n}\n",
  },
  {
    rule: 'noMisusedPromises',
    file: 'daemon/misused.ts',
    text: "import { later } from './later.ts';\n\nexport const a = () => (later() ? 1 : 2);\n",
  },
  {
    rule: 'useExhaustiveSwitchCases',
    file: 'daemon/switch.ts',
    text: "export function a(b: 'x' | 'y'): number {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}\n",
  },
  { rule: 'noExplicitAny', file: 'daemon/any.ts', text: 'export const a = (b: any): unknown => b;\n' },
  { rule: 'noNonNullAssertion', file: 'daemon/bang.ts', text: 'export const a = (b?: string): string => b!;\n' },
  {
    rule: 'useImportExtensions',
    file: 'daemon/extension.ts',
    text: "import { later } from './later';\n\nawait later();\n",
  },
  {
    rule: 'noRestrictedGlobals',
    file: 'roles/general/timer.ts',
    text: 'export const a = () => setTimeout(() => 1, 1);\n',
  },
  { rule: 'noRestrictedGlobals', file: 'protocols/fetch.ts', text: "export const a = () => fetch('b');\n" },
];

function lint(): Set<string> {
  for (const name of ['biome.json', 'package.json', '.gitignore']) cpSync(join(root, name), join(scratch, name));
  for (const { file, text } of [...cases, { file: 'daemon/later.ts', text: later }]) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(join(scratch, file), text);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: scratch, encoding: 'utf8' });
  assert.equal(status, 1, stdout);
  const found = stdout.matchAll(/^::error title=lint\/\w+\/(\w+),file=([^,]+)/gm);
  return new Set([...found].map(([, rule, file]) => `${rule} in ${file?.replace(`${scratch}/`, '')}`));
}

const found = lint();

for (const { rule, file } of cases) {
  test(`repository / lint / ${rule} finds ${file}`, () => {
    assert.ok(found.has(`${rule} in ${file}`), [...found].join('\n'));
  });
}

test('repository / lint / a file without a fault is left alone', () => {
  assert.deepEqual(
    [...found].filter((entry) => entry.endsWith('daemon/later.ts')),
    [],
  );
});
