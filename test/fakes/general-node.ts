import type { Note, Offer } from '../../protocols/dispatch.ts';
import { slotOf } from '../../protocols/ids.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import { decodeRecord, type MeshRecord } from '../../protocols/record.ts';
import { assembleEffects } from '../../roles/effects/assemble.ts';
import type { ConversationParts } from '../../roles/general/conversation-parts.ts';
import { General } from '../../roles/general/general.ts';
import type { Manifests } from '../../roles/general/manifests.ts';
import type { Conduct } from '../../roles/general/session-runner.ts';
import type { Redact } from '../../roles/policy/redact.ts';
import type { EffectAdapters } from '../../roles/ports/effects.ts';
import type { Forge } from '../../roles/ports/forge.ts';
import type { Journal } from '../../roles/ports/journal.ts';
import type { Model } from '../../roles/ports/model.ts';
import type { Templates } from '../../roles/ports/templates.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { cardOf, peerNamed } from './cards.ts';
import type { OutsideWorld } from './effect-world.ts';
import { meshEvent } from './events.ts';
import { fakeIdentity } from './fake-identity.ts';
import { countingMeter, ManualClock, manualRuntime, settled } from './manual-runtime.ts';
import { MemoryDisk } from './memory-disk.ts';

export const SECURITY = 'security-general';
export const OWNER = peerNamed('boss');

/** Where a process dies: just before or just after the record of that number is on disk, counted from 1 in each boot. */
export interface Death {
  readonly when: 'before' | 'after';
  readonly record: number;
}

export interface BootOptions {
  readonly disk?: MemoryDisk;
  readonly model?: Model;
  /** Where answers are posted. */
  readonly world?: OutsideWorld;
  /** What generals read; absent: nothing. */
  readonly forge?: Forge;
  /** What a developer builds with. */
  readonly workshop?: Pick<ConversationParts, 'retrieval' | 'workspaces' | 'syntax'>;
  readonly manifests?: Manifests;
  /** Default: each is its own name. */
  readonly templates?: Templates;
  /** Everything outside, instead of `world`. */
  readonly adapters?: EffectAdapters;
  readonly redact?: Redact;
  readonly death?: Death;
  readonly card?: NodeCard;
  readonly clock?: ManualClock;
  readonly drainMs?: number;
  /** In place of how its generals go about it. */
  readonly conduct?: Conduct;
}

let boots = 0;

/** One process with generals: the real role over the real log on a disk in memory. */
export async function bootGeneral(options: BootOptions = {}) {
  const card = options.card ?? cardOf('node', { offers: [SECURITY, 'metrics-general'] });
  const disk = options.disk ?? new MemoryDisk();
  const runtime = manualRuntime({ seed: ++boots, clock: options.clock ?? new ManualClock() });
  const meter = countingMeter();
  const parts = { disk, tables: disk, identity: fakeIdentity(card.peer), runtime, projections: PROJECTIONS, meter };
  const replica = new Replica({ card }, parts);
  await replica.start();
  const notes: { readonly to: string; readonly note: Note }[] = [];
  const journal = mortal(replica, options.death);
  const adapters = options.adapters ?? (options.world && { comment: options.world.adapter() });
  const effects = adapters && assembleEffects({ self: card.peer }, { adapters, journal, tables: disk, runtime, meter });
  const general = new General(
    { self: card, generals: card.generals, ...(options.drainMs !== undefined && { drainMs: options.drainMs }) },
    {
      journal,
      tables: disk,
      model: options.model,
      conduct: options.conduct,
      effects: effects?.desk,
      forge: options.forge,
      ...options.workshop,
      manifests: options.manifests,
      redact: options.redact,
      templates: options.templates ?? { render: (name) => name },
      dispatcher: {
        offer: () => Promise.reject(new Error('a general offers nothing')),
        note: (to, note) => void (journal.isAlive() && notes.push({ to, note })),
      },
      runtime,
      meter,
    },
  );
  /** The power goes: what was synced is on the disk that is returned, and this process does nothing more. */
  const kill = () => {
    journal.die();
    return disk.crash();
  };
  return { card, disk, runtime, meter, replica, general, notes, kill, isAlive: journal.isAlive };
}

export type GeneralNode = Awaited<ReturnType<typeof bootGeneral>>;

/** A process that died waits for ever: nothing of it goes on, and nobody hears of it. */
function mortal(replica: Replica, death: Death | undefined): Journal & { die(): void; isAlive(): boolean } {
  let isAlive = true;
  let count = 0;
  const forever = () => {
    isAlive = false;
    return new Promise<never>(() => {});
  };
  return {
    get epoch() {
      return replica.epoch;
    },
    append: async (record) => {
      count += 1;
      if (!isAlive || (death?.when === 'before' && death.record === count)) return forever();
      const isLast = death?.when === 'after' && death.record === count;
      const position = await replica.append(record);
      return isLast || !isAlive ? forever() : position;
    },
    onCommit: (listener) => replica.onCommit(listener),
    read: (position) => replica.read(position),
    die: () => {
      isAlive = false;
    },
    isAlive: () => isAlive,
  };
}

export function offerOf(fields: Partial<Offer> = {}): Offer {
  const event = meshEvent(fields.event ?? {});
  return {
    type: 'offer',
    eventId: event.id,
    slot: slotOf(fields.general ?? SECURITY),
    general: SECURITY,
    subject: event.subject,
    number: 0,
    priority: 'normal',
    attempts: 0,
    deadline: 2_000_000_000_000,
    event,
    ...fields,
  };
}

/** The offer of another event; events of one subject are numbered as they are made. */
export function numberedOffer(number: number, fields: Partial<Offer> = {}): Offer {
  const event = meshEvent({ id: `github:event-${number}`, subject: fields.subject ?? `acme/app#${number}` });
  return offerOf({ subject: event.subject, number, ...fields, event, eventId: event.id });
}

/** Everything on the disk but the cards, each log in its order. */
export async function recordsOn(disk: MemoryDisk): Promise<Exclude<MeshRecord, { type: 'card' }>[]> {
  const records: Exclude<MeshRecord, { type: 'card' }>[] = [];
  for (const head of await disk.heads()) {
    for (let seq = 0; seq < head.length; seq++) {
      const bytes = await disk.record(head, seq);
      const decoded = bytes && decodeRecord(bytes);
      if (decoded?.ok && decoded.record.type !== 'card') records.push(decoded.record);
    }
  }
  return records;
}

/** What happened to the work, in short: `accepted started1 done1`. */
export async function storyOn(disk: MemoryDisk): Promise<string> {
  const records = await recordsOn(disk);
  return records.map((record) => `${record.type}${'attempt' in record ? record.attempt : ''}`).join(' ');
}

/** Lets promises run until something holds; fails when nothing moves any more. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await holds()) return;
    await settled();
  }
  throw new Error(`nothing moves any more, and still not: ${what}`);
}
