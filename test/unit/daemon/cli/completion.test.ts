import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { COMMANDS } from '../../../../daemon/cli/commands.ts';
import { completedCommands, SHELLS } from '../../../../daemon/cli/completion.ts';
import { assertGolden } from './golden.ts';

const commands = completedCommands(COMMANDS);
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

for (const [shell, script] of Object.entries(SHELLS)) {
  test(`cli / completion / the script for ${shell} is as it was agreed`, () => {
    assertGolden(`completion.${shell}.txt`, script(commands));
  });

  test(`cli / completion / ${shell} reads its script`, { skip: !has(shell) && `${shell} is not installed` }, () => {
    const { status, stderr } = spawnSync(shell, ['-n'], { input: script(commands), encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
}

/** What bash would offer after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const list = ['mindmesh', ...words].map((word) => `'${word}'`).join(' ');
  const probe = `${SHELLS.bash(commands)}\nCOMP_WORDS=(${list})\nCOMP_CWORD=${words.length}\n_mindmesh\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;
  const { stdout, stderr } = spawnSync('bash', ['--norc'], { input: probe, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean);
}

const OFFERS: readonly {
  readonly words: readonly string[];
  readonly includes: readonly string[];
  readonly not?: readonly string[];
}[] = [
  { words: ['st'], includes: ['status'], not: ['events'] },
  { words: [''], includes: ['run', 'dev', 'config', 'completion'] },
  { words: ['events', ''], includes: ['tail', '--limit'] },
  { words: ['events', 'tail', '--'], includes: ['--kind', '--socket'], not: ['--limit', 'tail'] },
  { words: ['config', ''], includes: ['view', 'validate', 'explain', 'docs'] },
  { words: ['status', '-o', ''], includes: ['table', 'wide', 'json', 'yaml', 'name'], not: ['--watch'] },
  { words: ['status', '--output', 'y'], includes: ['yaml'], not: ['json'] },
  { words: ['completion', ''], includes: ['bash', 'zsh', 'fish'] },
  { words: ['run', '--ro'], includes: ['--role'] },
];

for (const { words, includes, not = [] } of OFFERS) {
  test(`cli / completion / bash offers after "mindmesh ${words.join(' ')}" what fits`, {
    skip: !has('bash') && 'bash is not installed',
  }, () => {
    const got = offered(...words);
    for (const word of includes) assert.ok(got.includes(word), `${word} in ${got.join(' ')}`);
    for (const word of not) assert.ok(!got.includes(word), `${word} in ${got.join(' ')}`);
  });
}
