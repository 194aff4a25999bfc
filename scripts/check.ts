// npm run check: everything that judges the source without running the product. All steps run, so one call shows all faults.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Step {
  readonly name: string;
  /** Arguments for Node. */
  readonly args: readonly string[];
}

const root = resolve(import.meta.dirname, '..');
const packages = join(root, 'node_modules');
const tsx = ['--import', 'tsx'];

const steps: readonly Step[] = [
  { name: 'format and lint', args: [join(packages, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'types', args: [join(packages, 'typescript/bin/tsc'), '--noEmit', '-p', '.'] },
  { name: 'layers', args: [...tsx, 'scripts/run-tests.ts', 'test/layers.test.ts'] },
  ...findGenerators().map((file) => ({ name: `${file} is up to date`, args: [...tsx, file, '--check'] })),
];

const failed = steps.filter((step) => !passes(step));
console.log(failed.length === 0 ? 'check: all is well' : `check: failed: ${failed.map(({ name }) => name).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Each `scripts/generate-*.ts` writes files under docs/; with `--check` it writes nothing and fails where they differ. */
function findGenerators(): string[] {
  return readdirSync(join(root, 'scripts'))
    .filter((name) => /^generate-.*\.ts$/.test(name))
    .map((name) => `scripts/${name}`);
}

function passes({ name, args }: Step): boolean {
  console.log(`check: ${name}`);
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}
