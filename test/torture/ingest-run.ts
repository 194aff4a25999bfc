import { randomUUID } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STORE_FOLDER } from '../../daemon/compose-core.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { runTool } from '../host/need.ts';
import { takeBackUnsynced } from '../host/take-back.ts';
import { postWebhook, type Webhook } from '../support/github.ts';
import { openQuietly } from '../support/replica-store.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { MeshReport, MeshRunOptions } from './mesh-run.ts';
import { TORTURE_NODES } from './torture-mesh.ts';
import { tortureWebhooks } from './webhooks.ts';

const INGEST = 'ingest';
/** Posts under way at any time: a kill meets several commit groups at once. */
const SENDERS = 8;
/** Acknowledged in one life before its kill. */
const LIFE = [5, 80] as const;
const UP_MS = 120_000;
const TELL_EVERY = 25;

/** One node that takes in is killed again and again, and each time everything that was not synced is taken away. */
export async function runIngest({ dir, launcher, seed, kills, tell }: MeshRunOptions): Promise<MeshReport> {
  const chance = chanceOf(seed);
  const mesh = await DevMesh.prepare({
    dir,
    nodes: TORTURE_NODES.filter(({ name }) => name === INGEST),
    preferPorts: false,
    launcher,
    overrides: { ingest: { rate: { perSource: 1_000_000, burst: 1_000_000 } }, log: { level: 'warn' } },
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
  });
  const power = new Power(mesh, dir);
  power.start();
  const acknowledged: string[] = [];
  const stop = new AbortController();
  const senders = Array.from({ length: SENDERS }, () => send(mesh, chance, acknowledged, stop.signal));
  let taken = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const until = acknowledged.length + chance.between(...LIFE);
      await waitFor('acknowledged events', () => acknowledged.length >= until, UP_MS);
      await delay(chance.between(0, 30));
      taken += await power.cut();
      await waitFor('the node to be up', () => mesh.status(INGEST), UP_MS);
      if (kill % TELL_EVERY === 0)
        tell(`torture: ${kill} of ${kills} kills, ${acknowledged.length} acknowledged, ${taken} bytes taken away`);
    }
  } finally {
    stop.abort();
    await Promise.all(senders);
    await mesh.stop(5_000);
  }
  const missing = await missingIn(join(filesOf(mesh.node(INGEST).dir).data, STORE_FOLDER), acknowledged);
  const report = { events: acknowledged.length, kills, lost: missing.length, doubled: 0, caughtUpMs: 0 };
  return { ...report, details: { seed, taken }, suspects: missing.slice(0, 3).map((id) => `missing: ${id}`) };
}

/** One post after another; what fails is not sent again. */
async function send(mesh: DevMesh, chance: Chance, acknowledged: string[], signal: AbortSignal): Promise<void> {
  const next: () => Webhook = tortureWebhooks(chance.branch(randomUUID()));
  while (!signal.aborted) {
    const delivery = randomUUID();
    const { event, payload } = next();
    const fresh = { event, payload: { ...Object(payload), sent_as: delivery } };
    const posted = await postWebhook(mesh.url(INGEST), mesh.secret, fresh, delivery, AbortSignal.timeout(10_000)).catch(
      () => undefined,
    );
    if (posted?.status === 202) acknowledged.push(delivery);
    else await delay(20);
  }
}

/** The power of one node: what was written and not synced is gone after a cut. */
class Power {
  readonly #mesh: DevMesh;
  readonly #library: string;
  readonly #journal: string;

  constructor(mesh: DevMesh, dir: string) {
    this.#mesh = mesh;
    this.#library = join(dir, 'power-cut.so');
    this.#journal = join(dir, 'syncs.journal');
    const source = join(import.meta.dirname, '../host/power-cut.c');
    runTool('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', this.#library, source, '-ldl']);
  }

  start(): void {
    this.#mesh.start(INGEST, { LD_PRELOAD: this.#library, POWER_CUT_JOURNAL: this.#journal });
  }

  /** Kills, takes away, starts again. Returns the bytes that were taken. */
  async cut(): Promise<number> {
    const child = this.#mesh.child(INGEST);
    if (child === undefined)
      throw new Error(`the node ended by itself: see ${filesOf(this.#mesh.node(INGEST).dir).log}`);
    child.signal('SIGKILL');
    await child.exited;
    const store = join(filesOf(this.#mesh.node(INGEST).dir).data, STORE_FOLDER);
    const taken = takeBackUnsynced(store, this.#journal);
    writeFileSync(this.#journal, this.#asSynced(store));
    this.start();
    return taken;
  }

  /** What survived a cut is on the disk: the journal of the next life begins with it. */
  #asSynced(store: string): string {
    const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name));
    return paths.map((path) => `S ${statSync(path).size} ${path}\n`).join('');
  }
}

/** Read from the disk itself, record by record. */
async function missingIn(store: string, acknowledged: readonly string[]): Promise<string[]> {
  const { disk, close } = await openQuietly(store);
  try {
    const kept = new Set<string>();
    for (const head of await disk.heads()) {
      for (let from = 0; from < head.length; ) {
        const batch = await disk.read(head, from, { records: 256, bytes: 1_048_576 });
        if (batch === undefined) break;
        for (const record of batch.records) kept.add(idIn(record));
        from = batch.head.length;
      }
    }
    return acknowledged.map((delivery) => eventIdOf('github', delivery)).filter((id) => !kept.has(id));
  } finally {
    await close();
  }
}

function idIn(record: Uint8Array): string {
  const { type, event } = JSON.parse(Buffer.from(record).toString('utf8'));
  return type === 'event' ? event.id : '';
}
