import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const TOOLS = [
  { tool: 'bench', file: 'bench/main.ts' },
  { tool: 'torture', file: 'test/torture/main.ts' },
  { tool: 'sim', file: 'test/sim/whole/main.ts' },
  { tool: 'scale', file: 'test/sim/scale/main.ts' },
];

function call(file: string, argument: string) {
  return spawnSync(process.execPath, ['--import', 'tsx', file, argument], { cwd: ROOT, encoding: 'utf8' });
}

for (const { tool, file } of TOOLS) {
  test(`scripts / ${tool} / says how it is called when asked, and beside what it does not know`, () => {
    const asked = call(file, '--help');
    assert.equal(asked.status, 0);
    assert.match(asked.stdout, new RegExp(`npm run ${tool}`));
    const wrong = call(file, '--nonsense');
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /Unknown option '--nonsense'/);
    assert.ok(wrong.stderr.includes(asked.stdout.trim()));
  });
}
