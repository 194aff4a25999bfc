import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait-for.ts';

const SCRIPT = fileURLToPath(new URL('../../support/leaving-child.ts', import.meta.url));
const AN_HOUR = 3_600_000;

/** @param oneAskingMs within which two signals of a kind count as one */
function leaving(t: TestContext, oneAskingMs: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, String(oneAskingMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.trimEnd().split('\n')));
  const heard = (word: string, times = 1) =>
    waitFor(`${times} × ${word}`, () => said.filter((each) => each === word).length >= times);
  return { child, said, heard, ended: once(child, 'exit') };
}

test('lifecycle / leave / the second signal ends at once', async (t) => {
  const { child, heard, ended } = leaving(t, 0);
  await heard('ready');
  child.kill('SIGINT');
  await heard('leaving');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
});

test('lifecycle / leave / the same signal right after, as npm hands it on, is no second one; another one is', async (t) => {
  const { child, heard, ended, said } = leaving(t, AN_HOUR);
  await heard('ready');
  child.kill('SIGINT');
  await heard('leaving');
  child.kill('SIGINT');
  await heard('SIGINT', 2);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [130, null]);
  assert.ok(!said.includes('SIGTERM'));
});
