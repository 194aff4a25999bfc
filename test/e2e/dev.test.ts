import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { OperatorClient } from '../../daemon/cli/client.ts';
import type { DevReport } from '../../daemon/dev/report.ts';
import { GENERALS } from '../../protocols/generals.ts';
import { bundleInto } from './mesh.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // ESRCH is the answer that is asked for here.
    return false;
  }
}

describe('mindmesh dev --json', () => {
  let dev: ChildProcess;
  let report: DevReport;
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'mindmesh-dev-test-'));
    const { command, args } = await bundleInto(join(home, 'dist'));
    dev = spawn(command, [...args, 'dev', '--json', '--headless', '--ports', 'auto'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // A runtime folder of its own: the commands of whoever runs the tests shall not find this mesh.
      env: { ...process.env, XDG_RUNTIME_DIR: home, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
    });
    assert.ok(dev.stdout);
    const [line] = await once(createInterface({ input: dev.stdout }), 'line');
    report = JSON.parse(line);
  });
  after(async () => {
    dev.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  it('e2e / dev / one line tells scripts where everything is', async () => {
    assert.equal(report.ready, true);
    assert.equal(report.generals.length, 3);
    assert.equal(Object.keys(report.pids).length, 5);
    const health = await fetch(`${report.orchestrator.url}/health`);
    assert.equal(health.status, 200);
    const status = await fetch(`${report.orchestrator.url}/status`);
    assert.equal(status.status, 200, 'reads from loopback need no token');
  });

  it('e2e / dev / the sample was analysed in both clusters, and between them the nodes offer all thirteen', async () => {
    const client = new OperatorClient(report.sockets.orchestrator ?? '');
    const story = await client.explain(report.sampleEventId ?? '');
    assert.equal(story.settled?.outcome, 'done');
    const slots: string[] = story.tasks.map(({ slot }) => slot);
    assert.ok(slots.includes('code-review-general@prod-us') && slots.includes('code-review-general@dev'));
    const offered = new Set((await client.generals()).map(({ name }) => name));
    assert.deepEqual([...offered].sort(), GENERALS.map(({ name }) => name).sort());
  });

  it('e2e / dev / the orchestrator counts generals and distributions under their documented names', async () => {
    const generals = await new OperatorClient(report.sockets.orchestrator ?? '').generals();
    const metrics = await (await fetch(`${report.orchestrator.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`^mindos_llm_generals_total ${generals.length}$`, 'm'));
    assert.match(metrics, new RegExp(`^mindos_llm_generals_active ${generals.length}$`, 'm'));
    assert.match(metrics, /^mindos_llm_generals_busy 0$/m);
    assert.match(metrics, /^mindos_distributions_total\{strategy="\w+"\} 1$/m);
  });

  it('e2e / dev / what changes something wants the token', async () => {
    const url = `${report.orchestrator.url}/generals/prod-us/security-general/status`;
    const put = (headers: Record<string, string>) =>
      fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"status":"inactive"}',
      });
    assert.equal((await put({})).status, 401);
    assert.equal((await put({ authorization: `Bearer ${report.token}` })).status, 200);
  });

  it('e2e / dev / ctrl-C drains, ends every process and cleans up', async () => {
    dev.kill('SIGINT');
    const [code] = await once(dev, 'exit');
    assert.equal(code, 0);
    assert.ok(!Object.values(report.pids).some(isAlive), 'no process is left');
    assert.ok(!existsSync(report.dir), 'the data directory is gone');
  });
});
