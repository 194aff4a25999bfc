import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ballast } from '../../../../daemon/store/ballast.ts';
import { roomOf } from '../../../../daemon/store/room.ts';

const BYTES = 3 * 1024 * 1024 + 17;

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-ballast-'));
  try {
    await body(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe('store / ballast', () => {
  test('takes real room, for this user alone, and gives it back', async () => {
    await inFolder(async (dir) => {
      const file = join(dir, 'ballast');
      const ballast = new Ballast({ file, bytes: BYTES });
      assert.equal(await ballast.isHeld(), false);
      assert.equal(await ballast.make(), true);
      const { size, blocks, mode } = await stat(file);
      assert.equal(size, BYTES);
      assert.ok(blocks * 512 >= BYTES);
      assert.equal(mode & 0o777, 0o600);
      assert.equal(await ballast.isHeld(), true);
      await ballast.release();
      assert.deepEqual([await ballast.isHeld(), await readdir(dir)], [false, []]);
      await ballast.release();
    });
  });

  test('half of one, one of holes and one of another size are none', async () => {
    await inFolder(async (dir) => {
      const file = join(dir, 'ballast');
      const ballast = new Ballast({ file, bytes: BYTES });
      await writeFile(file, Buffer.alloc(BYTES - 1));
      assert.equal(await ballast.isHeld(), false);
      await writeFile(file, '');
      await truncate(file, BYTES);
      assert.equal(await ballast.isHeld(), false);
      assert.equal(await ballast.make(), true);
      assert.equal(await new Ballast({ file, bytes: BYTES * 2 }).isHeld(), false);
    });
  });

  test('where it cannot be written there is none, and no half of one', async () => {
    const ballast = new Ballast({ file: '/dev/null/ballast', bytes: BYTES });
    assert.equal(await ballast.make(), false);
    assert.equal(await ballast.isHeld(), false);
  });

  test('of no size it is never held', async () => {
    await inFolder(async (dir) => {
      assert.equal(await new Ballast({ file: join(dir, 'ballast'), bytes: 0 }).isHeld(), false);
    });
  });
});

describe('store / room', () => {
  test('tells what is free, how large the whole is, and what a folder takes', async () => {
    await inFolder(async (dir) => {
      await writeFile(join(dir, 'a'), Buffer.alloc(1_000));
      await writeFile(join(dir, 'b'), Buffer.alloc(500));
      const room = roomOf(dir);
      const { freeBytes, totalBytes } = await room.read();
      assert.ok(freeBytes > 0 && freeBytes <= totalBytes);
      assert.equal(await room.storeBytes(), 1_500);
    });
  });

  test('rejects for a folder that is not there', async () => {
    await assert.rejects(roomOf('/nowhere/at/all').read(), /ENOENT/);
    await assert.rejects(roomOf('/nowhere/at/all').storeBytes(), /ENOENT/);
  });
});
