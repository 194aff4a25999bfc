import * as z from 'zod';
import type { MeshError } from '../../protocols/errors.ts';
import type { ModelCache } from '../../roles/ports/model-cache.ts';
import { writeFailure } from './failures.ts';
import { type Database, endOf, type Sublevels } from './tables.ts';

export interface ModelCacheOptions {
  /** How long an answer is given again, milliseconds. */
  readonly maxAgeMs: number;
  /** Room for all answers together; the oldest go first. */
  readonly maxBytes: number;
}

export interface ModelCacheParts {
  readonly db: Database;
  readonly sublevels: Pick<Sublevels, 'modelCache'>;
  /** Wall-clock milliseconds: answers outlive the process. */
  readonly now: () => number;
  /** A failed write is one of the whole database (L8). */
  readonly failed: (failure: MeshError) => void;
}

interface Note {
  readonly at: number;
  readonly bytes: number;
}

const NoteSchema = z.object({ at: z.int(), bytes: z.int().nonnegative() });

/** Answers in LevelDB, each in a row beside a note of its age and size. What is lost of them is asked for again. */
export class LevelModelCache implements ModelCache {
  readonly #dir: string;
  readonly #options: ModelCacheOptions;
  readonly #parts: ModelCacheParts;
  /** The oldest first. */
  readonly #notes = new Map<string, Note>();
  #bytes = 0;
  #loading: Promise<void> | undefined;

  constructor(dir: string, options: ModelCacheOptions, parts: ModelCacheParts) {
    this.#dir = dir;
    this.#options = options;
    this.#parts = parts;
  }

  async get(key: string): Promise<string | undefined> {
    await this.#loaded();
    const note = this.#notes.get(key);
    if (note === undefined || this.#isOld(note)) return undefined;
    try {
      const text = await this.#parts.sublevels.modelCache.get(textKey(key));
      return typeof text === 'string' ? text : undefined;
    } catch {
      // A row that cannot be read is one that is not there.
      return undefined;
    }
  }

  async put(key: string, answer: string): Promise<void> {
    await this.#loaded();
    const { maxBytes } = this.#options;
    const bytes = Buffer.byteLength(answer) + ROW_BYTES;
    if (bytes > maxBytes) return;
    const gone = [...this.#drop(key), ...this.#oldest(bytes)];
    const note = { at: this.#parts.now(), bytes };
    this.#notes.set(key, note);
    this.#bytes += bytes;
    await this.#write(
      gone.filter((each) => each !== key),
      { key, note, answer },
    );
  }

  /** Takes out what is too old, and then the oldest until there is room. */
  #oldest(bytes: number): string[] {
    const gone: string[] = [];
    for (const [key, note] of this.#notes) {
      if (!this.#isOld(note) && this.#bytes + bytes <= this.#options.maxBytes) break;
      gone.push(...this.#drop(key));
    }
    return gone;
  }

  #drop(key: string): string[] {
    const note = this.#notes.get(key);
    if (note === undefined) return [];
    this.#notes.delete(key);
    this.#bytes -= note.bytes;
    return [key];
  }

  /** Not synced: a cut of the power may lose some. */
  async #write(
    gone: readonly string[],
    { key, note, answer }: { key: string; note: Note; answer: string },
  ): Promise<void> {
    const { db, sublevels, failed } = this.#parts;
    const to = { sublevel: sublevels.modelCache };
    try {
      const batch = db.batch();
      for (const each of gone) batch.del(textKey(each), to).del(noteKey(each), to);
      await batch.put<string, unknown>(textKey(key), answer, to).put<string, unknown>(noteKey(key), note, to).write();
    } catch (error) {
      // While the node leaves the database may be closed already; else nothing more can be written to it.
      if (db.status === 'open') failed(writeFailure(error, this.#dir));
    }
  }

  #isOld({ at }: Note): boolean {
    const age = this.#parts.now() - at;
    // What lies far ahead was written before the clock was set back.
    return age > this.#options.maxAgeMs || age < -this.#options.maxAgeMs;
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const found: [string, Note][] = [];
    try {
      const range = { gte: noteKey(''), lt: endOf(noteKey('')) };
      for (const [key, value] of await this.#parts.sublevels.modelCache.iterator(range).all()) {
        const note = NoteSchema.safeParse(value);
        if (note.success) found.push([key.slice(noteKey('').length), note.data]);
      }
    } catch {
      // It begins empty, and what lies there is written over or stays unread.
    }
    for (const [key, note] of found.sort(([, a], [, b]) => a.at - b.at)) {
      this.#notes.set(key, note);
      this.#bytes += note.bytes;
    }
  }
}

/** Keys and note. */
const ROW_BYTES = 256;

function noteKey(key: string): string {
  return `note/${key}`;
}

function textKey(key: string): string {
  return `text/${key}`;
}
