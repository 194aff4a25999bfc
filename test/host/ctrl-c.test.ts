import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { devPointerFile, readDevPointer } from '../../daemon/cli/dev-pointer.ts';
import { needTool } from './need.ts';
import { newcomer, startTyped } from './newcomer.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const READY_MS = 60_000;

/** bash becomes the program it is told to run, so that npm's own hand-on reaches it as a second signal; dash stays in between. */
const SHELLS = [
  { shell: 'bash', ends: [[0, null]] },
  // A shell that waited for a program ends by the signal that it got itself, and npm as its shell does.
  {
    shell: 'dash',
    ends: [
      [0, null],
      [130, null],
      [null, 'SIGINT'],
    ],
  },
] as const;

describe('ctrl-C at npm start', () => {
  for (const { shell, ends } of SHELLS) {
    test(`host / ctrl-C / where npm calls ${shell}, the mesh drains and leaves nothing behind`, async (t) => {
      needTool(shell);
      const dir = mkdtempSync(join(tmpdir(), 'mm-ctrl-c-'));
      t.after(() => rmSync(dir, { recursive: true }));
      const somebody = newcomer(dir);
      const env = { ...somebody.env, npm_config_script_shell: shell };
      const args = ['start', '--', '--no-sample', '--ports', 'auto'];
      const mesh = startTyped('npm', args, { ...somebody, env }, ROOT);
      t.after(() => mesh.kill());
      await mesh.says(/Stop with ctrl-C\./, READY_MS);
      const pointer = await readDevPointer(env);
      assert.ok(pointer);
      const end = await mesh.ctrlC();
      assert.ok(
        ends.some(([code, signal]) => code === end[0] && signal === end[1]),
        `${end}`,
      );
      assert.match(mesh.stderr(), /stopping: what is under way is finished first/);
      assert.deepEqual(
        readdirSync(somebody.tmp).filter((name) => name.startsWith('mindmesh-')),
        [],
      );
      assert.ok(!existsSync(devPointerFile(env)));
    });
  }
});
