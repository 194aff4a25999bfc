import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Sandbox, type SandboxOptions } from '../../daemon/workspace/sandbox.ts';
import { hasCode } from '../../protocols/errors.ts';
import { waitFor } from '../support/wait-for.ts';
import { needTool } from './need.ts';

const SECRET = 'the-secret-of-the-node';
const LONG_MS = 60_000;
const never = new AbortController().signal;

/** A node's folder with a key in it, a variable with a secret, a listener on this machine, and a repository. */
async function withNode(body: (node: Node) => Promise<void>, limits: SandboxOptions['limits'] = {}): Promise<void> {
  needTool('bwrap');
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'mindmesh-sandbox-')));
  const [data, tree] = [join(dir, 'data'), join(dir, 'tree')];
  await mkdir(data, { mode: 0o700 });
  await mkdir(tree);
  await writeFile(join(data, 'node.key'), SECRET, { mode: 0o600 });
  await writeFile(join(tree, 'package.json'), '{}');
  process.env.MINDMESH_TEST_SECRET = SECRET;
  const heard: string[] = [];
  const server = createServer((socket) => {
    heard.push(String(socket.remoteAddress));
    socket.end(SECRET);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const sandbox = new Sandbox({ limits, hidden: [data] });
  const script = async (text: string, timeoutMs = LONG_MS, signal = never) => {
    await writeFile(join(tree, 'test.sh'), text);
    return sandbox.run(tree, { argv: ['sh', 'test.sh'], timeoutMs, keepBytes: 20_000 }, signal);
  };
  try {
    await body({ dir, data, tree, port, heard, sandbox, script });
  } finally {
    delete process.env.MINDMESH_TEST_SECRET;
    await new Promise((done) => server.close(done));
    await rm(dir, { recursive: true });
  }
}

interface Node {
  readonly dir: string;
  readonly data: string;
  readonly tree: string;
  readonly port: number;
  readonly heard: readonly string[];
  readonly sandbox: Sandbox;
  script(text: string, timeoutMs?: number, signal?: AbortSignal): ReturnType<Sandbox['run']>;
}

/** Processes of this machine whose command line has the mark. */
async function processesWith(mark: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(mark)).length;
}

describe('a hostile test script', () => {
  test('host / sandbox / can run the tests of its repository with Node', async () => {
    await withNode(async ({ tree, script, sandbox }) => {
      await sandbox.check();
      await writeFile(join(tree, 'a.test.js'), "require('node:test')('a', () => {});");
      const { exitCode, output } = await script('node --test a.test.js; echo done; exit 3');
      assert.match(output, /pass 1/);
      assert.equal(exitCode, 3);
    });
  });

  test('host / sandbox / cannot read the key of the node, its folder or its environment', async () => {
    await withNode(async ({ dir, data, script }) => {
      const { output } = await script(`
        cat ${data}/node.key; ls -la ${dir} ${data} /root /home /var /tmp /run /sys
        ln -s ${data}/node.key key; cat key
        for root in /proc/[0-9]*/root /proc/[0-9]*/cwd; do cat $root${data}/node.key $root/../data/node.key; done
        for file in /proc/[0-9]*/environ; do tr '\\0' '\\n' < $file; done
        env; for pid in /proc/[0-9]*; do tr '\\0' ' ' < $pid/cmdline; done
        grep -r "the-secret-of" /etc /tmp /home /opt /work/package.json /dev/shm
        for fd in /proc/self/fd/* /proc/1/fd/*; do echo $fd; readlink $fd; done
        ls -d /proc/[0-9]*; echo RAN`);
      assert.match(output, /RAN\n$/);
      assert.ok(!output.includes(SECRET), output);
      assert.ok(!output.includes('MINDMESH_TEST_SECRET'), output);
      assert.ok(!output.includes(`/proc/${process.pid}\n`) || process.pid < 100, 'sees only processes of its own');
    });
  });

  test('host / sandbox / reaches no host: not this one, not by name, not by a socket of this machine', async () => {
    await withNode(async ({ port, heard, script, tree }) => {
      await writeFile(
        join(tree, 'reach.js'),
        `const net = require('node:net');
         const tries = [['127.0.0.1', ${port}], ['0.0.0.0', ${port}], ['::1', ${port}], ['localhost', ${port}], ['169.254.169.254', 80], ['1.1.1.1', 53], ['example.org', 80]];
         for (const [host, port] of tries) net.connect({ host, port, timeout: 2000 }).on('connect', () => console.log('CONNECTED', host)).on('error', (error) => console.log(host, error.code)).on('timeout', function () { this.destroy(new Error('timeout')); });
         console.log(Object.keys(require('node:os').networkInterfaces()));`,
      );
      const { output } = await script('node reach.js; cat /proc/net/route /proc/net/unix; exit 0');
      assert.match(output, /127\.0\.0\.1 ECONNREFUSED/);
      assert.doesNotMatch(output, /CONNECTED/);
      assert.deepEqual(heard, []);
    });
  });

  test('host / sandbox / leaves nothing behind: not in its folder, not in /tmp, not in the settings of the kernel', async () => {
    await withNode(async ({ dir, tree, script }) => {
      const kernel = () => readFile('/proc/sys/kernel/core_pattern', 'utf8');
      const [before, pattern] = [await readdir(tree), await kernel()];
      const { output } = await script(`
        rm -rf /source/* /work/*; ln -sf ${dir}/data/node.key /work/package.json; echo x > /work/new
        echo mine > /tmp/mindmesh-left; echo mine > ${tmpdir()}/mindmesh-left; echo mine > /usr/mindmesh-left
        echo mine > /proc/sys/kernel/core_pattern; echo b > /proc/sysrq-trigger
        mount -t tmpfs none /usr; mount -o remount,rw /usr; unshare -Ur true && echo NAMESPACE
        mknod /tmp/disk b 8 0 && echo DEVICE; chroot / true && echo CHROOT; echo RAN`);
      assert.match(output, /RAN\n$/);
      assert.deepEqual(await readdir(tree), [...before, 'test.sh'].sort());
      assert.equal(await readFile(join(tree, 'package.json'), 'utf8'), '{}');
      assert.equal(await kernel(), pattern);
      for (const folder of ['/tmp', tmpdir(), '/usr']) assert.ok(!(await readdir(folder)).includes('mindmesh-left'));
      assert.doesNotMatch(output, /NAMESPACE|DEVICE|CHROOT/);
    });
  });

  test('host / sandbox / does not outlive its deadline, whatever it starts, nor its end', async () => {
    await withNode(async ({ script }) => {
      const mark = `77${process.pid}.5`;
      const left = `trap '' TERM INT HUP; setsid sh -c "trap '' TERM; sleep ${mark}" & nohup sleep ${mark} & (setsid sleep ${mark} &)`;
      const late = await script(`${left}\nsleep ${mark}`, 2_000);
      assert.deepEqual({ exitCode: late.exitCode, timedOut: late.timedOut }, { exitCode: null, timedOut: true });
      await waitFor('none is left', async () => (await processesWith(mark)) === 0);
      const ended = await script(`${left}\nexit 0`);
      assert.equal(ended.exitCode, 0);
      await waitFor('none is left', async () => (await processesWith(mark)) === 0);
      const controller = new AbortController();
      const running = script(`${left}\nsleep ${mark}`, LONG_MS, controller.signal);
      await waitFor('it runs', async () => (await processesWith(mark)) > 0);
      controller.abort();
      assert.equal((await running).exitCode, null);
      await waitFor('none is left', async () => (await processesWith(mark)) === 0);
    });
  });

  test('host / sandbox / cannot fill memory, alone or with many processes', async () => {
    const MIB = 2 ** 20;
    await withNode(
      async ({ script }) => {
        const fill = (mib: number) =>
          `node -e "const a=[];for(let i=0;i<${mib / 8};i++)a.push(Buffer.alloc(8388608,1));setTimeout(()=>console.log('FILLED'),3000)"`;
        const alone = await script(fill(1_000));
        assert.notEqual(alone.exitCode, 0);
        assert.doesNotMatch(alone.output, /FILLED/);
        const many = await script(`for i in 1 2 3 4 5 6; do ${fill(240)} & done; wait`);
        assert.equal(many.over, 'memory');
        assert.equal(many.exitCode, null);
      },
      { memoryBytes: 800 * MIB },
    );
  });

  test('host / sandbox / cannot start more processes than it may', async () => {
    await withNode(
      async ({ script }) => {
        const { output, over } = await script(
          'i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i+1)); done; sleep 3; echo ALL $(ls -d /proc/[0-9]* | wc -l)',
        );
        assert.ok(over === 'processes' || /fork|resource|unavailable/i.test(output), output);
        assert.doesNotMatch(output, /ALL 2\d\d/);
      },
      { processes: 40 },
    );
  });

  test('host / sandbox / cannot fill the disk, nor anybody with its output', async () => {
    const MIB = 2 ** 20;
    await withNode(
      async ({ script }) => {
        const { output } = await script(`
          for dir in /work /tmp $HOME /dev/shm; do
            for i in 1 2 3 4 5 6 7 8 9 10 11 12; do dd if=/dev/zero of=$dir/file$i bs=1M count=9 2>/dev/null; done
            echo "SIZE $(du -sm $dir | cut -f1)"
          done`);
        const sizes = [...output.matchAll(/SIZE (\d+)/g)].map(([, size]) => Number(size));
        assert.equal(sizes.length, 4);
        assert.ok(
          sizes.every((size) => size <= 66),
          String(sizes),
        );
        const loud = await script('yes 0123456789 | head -c 50000000; echo; echo THE END');
        assert.ok(loud.output.length < 21_000);
        assert.match(loud.output, /^\[\d+ bytes before this are left out\]\n[\s\S]*THE END\n$/);
      },
      { diskBytes: 20 * MIB, fileBytes: 8 * MIB },
    );
  });

  test('host / sandbox / words of a command are words, and a program that is not there is an ordinary failure', async () => {
    await withNode(async ({ sandbox, tree }) => {
      const run = (...argv: string[]) => sandbox.run(tree, { argv, timeoutMs: LONG_MS }, never);
      assert.equal((await run('printf', '%s\\n', '$(id)', '--help; id', '"$@"')).output, '$(id)\n--help; id\n"$@"\n');
      assert.equal((await run('no-such-program')).exitCode, 127);
    });
  });

  test('host / sandbox / where it cannot be set up, nothing runs and the error says what to install', async () => {
    await withNode(async ({ sandbox, tree }) => {
      const command = { argv: ['true'], timeoutMs: LONG_MS };
      const path = process.env.PATH;
      await assert.rejects(sandbox.run(join(tree, 'absent'), command, never));
      const none = new Sandbox({ hidden: [], programs: '/nonexistent' });
      await assert.rejects(none.check(), (error) => hasCode(error, 'sandbox-missing') && /bubblewrap/.test(error.fix));
      assert.equal(process.env.PATH, path);
    });
  });
});
