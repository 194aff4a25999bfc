import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PressureWatch } from '../../../../roles/operator/pressure-watch.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';

const MIB = 2 ** 20;
const MARKS = { minFreeBytes: 100 * MIB, minFreeShare: 0, maxStoreBytes: 1_000 * MIB, maxOpenEvents: 50 };

/** A disk of 1000 MiB, of which others take what the test says. */
function setUp({ ballastBytes = 64 * MIB, held = false } = {}) {
  const runtime = manualRuntime();
  const disk = { used: 0, broken: false, held, makes: 0, full: false };
  const freeBytes = () => 1_000 * MIB - disk.used - (disk.held ? ballastBytes : 0);
  let openEvents = 0;
  const changes: string[] = [];
  const watch = new PressureWatch(MARKS, {
    room: {
      read: async () => {
        if (disk.broken) throw new Error('EIO');
        return { freeBytes: freeBytes(), totalBytes: 1_000 * MIB };
      },
      storeBytes: async () => {
        if (disk.broken) throw new Error('EIO');
        return disk.used;
      },
    },
    ballast: {
      bytes: ballastBytes,
      isHeld: async () => disk.held,
      make: async () => {
        disk.makes += 1;
        disk.held = !disk.full;
        return disk.held;
      },
      release: async () => {
        disk.held = false;
      },
    },
    openEvents: () => openEvents,
    runtime,
  });
  watch.onChange(({ stage, closedFor }) => changes.push([stage, ...closedFor].join(': ')));
  return { runtime, disk, watch, changes, setOpen: (count: number) => (openEvents = count) };
}

describe('operator / pressure watch', () => {
  test('tells each stage once, as room goes and comes back', async () => {
    const { runtime, disk, watch, changes } = setUp({ ballastBytes: 0 });
    await watch.start();
    for (const used of [0, 885, 885, 895, 905, 905, 0]) {
      disk.used = used * MIB;
      await runtime.advance(1_000);
    }
    assert.deepEqual(changes, ['hold', 'busy', 'closed: the disk is nearly full', 'calm']);
    assert.equal(runtime.lines.filter(({ level }) => level === 'warn').length, 3);
    watch.stop();
    disk.used = 999 * MIB;
    await runtime.advance(10_000);
    assert.equal(changes.length, 4);
  });

  test('while room is short it looks five times a second', async () => {
    const { runtime, disk, watch } = setUp({ ballastBytes: 0 });
    disk.used = 950 * MIB;
    await watch.start();
    disk.used = 0;
    await runtime.advance(200);
    assert.equal(watch.now.stage, 'calm');
  });

  test('too many open events close ingest, until there are fewer', async () => {
    const { runtime, watch, changes, setOpen } = setUp({ ballastBytes: 0 });
    await watch.start();
    setOpen(50);
    await runtime.advance(1_000);
    setOpen(10);
    await runtime.advance(1_000);
    assert.deepEqual(changes, ['calm: too many events are open', 'calm']);
  });

  test('a disk that cannot be read ends nothing, is said once, and what held goes on to hold', async () => {
    const { runtime, disk, watch, changes } = setUp();
    disk.used = 950 * MIB;
    await watch.start();
    disk.broken = true;
    await runtime.advance(60_000);
    assert.deepEqual(changes, ['closed: the disk is nearly full']);
    assert.equal(watch.facts.problem, 'EIO');
    assert.equal(watch.now.stage, 'closed');
    assert.equal(runtime.lines.filter(({ phrase }) => phrase.includes('cannot be read')).length, 1);
    disk.broken = false;
    disk.used = 0;
    await runtime.advance(1_000);
    assert.equal(watch.facts.problem, undefined);
    assert.equal(watch.now.stage, 'calm');
  });

  test('a ballast is made a few looks after the start, where it passes no mark', async () => {
    const { runtime, disk, watch } = setUp();
    await watch.start();
    assert.equal(disk.held, false);
    await runtime.advance(10_000);
    assert.deepEqual([disk.held, disk.makes, watch.ballastBytes], [true, 1, 64 * MIB]);
  });

  test('where it would pass a mark none is made', async () => {
    const { runtime, disk, watch } = setUp();
    disk.used = 820 * MIB;
    await watch.start();
    await runtime.advance(10_000);
    assert.deepEqual([disk.makes, watch.facts.ballast, watch.now.stage], [0, 'released', 'calm']);
  });

  test('it is given up when the disk is full, and made again when room is back', async () => {
    const { runtime, disk, watch } = setUp({ held: true });
    await watch.start();
    disk.used = 900 * MIB;
    await runtime.advance(1_000);
    assert.deepEqual([disk.held, watch.facts.ballast], [false, 'released']);
    await runtime.advance(10_000);
    assert.equal(disk.makes, 0, 'its own room is no reason to make it again');
    disk.used = 100 * MIB;
    await runtime.advance(10_000);
    assert.equal(disk.held, true);
  });

  test('what cannot be made is tried again and holds nothing up', async () => {
    const { runtime, disk, watch } = setUp();
    disk.full = true;
    await watch.start();
    await runtime.advance(10_000);
    assert.ok(disk.makes > 1);
    assert.equal(watch.facts.ballast, 'released');
    assert.equal(watch.now.stage, 'calm');
  });
});
