import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { COMMANDS } from '../../daemon/cli/commands.ts';
import { completedCommands, SHELLS } from '../../daemon/cli/completion.ts';
import { needTool } from './need.ts';

type Shell = keyof typeof SHELLS;

const commands = completedCommands(COMMANDS);
const home = mkdtempSync(join(tmpdir(), 'mindmesh-completion-'));
after(() => rmSync(home, { recursive: true }));

/** No shell reads or writes what belongs to who runs this. */
function run(shell: Shell, args: readonly string[], input = ''): string {
  needTool(shell);
  const env = { PATH: process.env.PATH, HOME: home, TERM: 'dumb' };
  const { stdout, stderr, status, error } = spawnSync(shell, args, {
    cwd: home,
    env,
    input,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual([status, stderr, error], [0, '', undefined]);
  return stdout;
}

/** The script as a file, and the words as they are typed: the last one is not finished. */
function prepared(shell: Shell, words: readonly string[]): { readonly script: string; readonly line: string } {
  const script = join(home, `completion.${shell}`);
  writeFileSync(script, SHELLS[shell](commands));
  return { script, line: ['mindmesh', ...words].join(' ') };
}

/** zsh completes only at a prompt: one is opened on a pseudo-terminal, the line is typed there, and what it adds is written down. */
function zshOffers(words: readonly string[]): string {
  const { script, line } = prepared('zsh', words);
  const [hook, offers] = [join(home, 'hook.zsh'), join(home, 'offers')];
  writeFileSync(offers, '');
  writeFileSync(
    hook,
    `compadd() {
       local -a hits
       # With one of these it only fills an array for its caller.
       if (( ! \${@[(I)-[OAD]]} )); then
         builtin compadd -O hits "$@"
         print -rl -- $hits >> ${offers}
       fi
       builtin compadd "$@"
     }
     tell() { print -- END-OF-OFFERS }
     comppostfuncs=(tell)`,
  );
  const typed = `zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PS1=; autoload -Uz compinit; compinit -D -u; source ${script}; source ${hook}'
    zpty -n -w shell ${`'${line}'`}$'\\t'
    while zpty -r shell seen; do [[ $seen == *END-OF-OFFERS* ]] && break; done
    zpty -d shell`;
  run('zsh', ['-f'], typed);
  return readFileSync(offers, 'utf8');
}

/** Each on a line of its own, what it is about behind a tab. */
function fishOffers(words: readonly string[]): string {
  const { script, line } = prepared('fish', words);
  return run('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`]);
}

function bashOffers(words: readonly string[]): string {
  const { script } = prepared('bash', words);
  const list = ['mindmesh', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${list})\nCOMP_CWORD=${words.length}\n_mindmesh\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;
  return run('bash', ['--norc'], `source ${script}\n${ask}`);
}

const OFFERS: Record<Shell, (words: readonly string[]) => string> = {
  bash: bashOffers,
  zsh: zshOffers,
  fish: fishOffers,
};

interface Case {
  readonly words: readonly string[];
  readonly includes: readonly string[];
  readonly not?: readonly string[];
  /** Default: all. */
  readonly shells?: readonly Shell[];
}

const CASES: readonly Case[] = [
  { words: ['st'], includes: ['status'], not: ['events'] },
  { words: [''], includes: ['run', 'dev', 'config', 'completion'] },
  { words: ['events', ''], includes: ['tail'] },
  { words: ['events', '--'], includes: ['--limit', '--kind'] },
  { words: ['events', 'tail', '--'], includes: ['--kind', '--socket'], not: ['--limit', 'tail'] },
  { words: ['config', ''], includes: ['view', 'validate', 'explain', 'docs'] },
  // The script for zsh has no short options.
  {
    words: ['status', '-o', ''],
    includes: ['table', 'wide', 'json', 'yaml', 'name'],
    not: ['--watch'],
    shells: ['bash', 'fish'],
  },
  { words: ['status', '--output', ''], includes: ['table', 'wide', 'json', 'yaml', 'name'], not: ['--watch'] },
  { words: ['status', '--output', 'y'], includes: ['yaml'], not: ['json'] },
  { words: ['routes', 'test', '--trust', ''], includes: ['owner', 'stranger'] },
  { words: ['completion', ''], includes: ['bash', 'zsh', 'fish'] },
  { words: ['run', '--ro'], includes: ['--role'] },
];

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  describe(`completion in ${shell}`, () => {
    test(`host / completion / ${shell} reads its script`, () => {
      assert.equal(run(shell, ['-n', prepared(shell, []).script]), '');
    });

    for (const { words, includes, not = [], shells = [shell] } of CASES) {
      if (!shells.includes(shell)) continue;
      test(`host / completion / ${shell} offers after "mindmesh ${words.join(' ')}" what fits`, () => {
        const offered = OFFERS[shell](words)
          .split('\n')
          .map((line) => line.split('\t')[0]);
        for (const word of includes) assert.ok(offered.includes(word), `${word} in ${offered.join(' ')}`);
        for (const word of not) assert.ok(!offered.includes(word), `${word} in ${offered.join(' ')}`);
      });
    }
  });
}
