import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { BallastFile } from '../../roles/ports/room.ts';

export interface BallastOptions {
  readonly file: string;
  /** 0 keeps none. */
  readonly bytes: number;
}

const CHUNK_BYTES = 1024 * 1024;
const BLOCK_BYTES = 512;

/**
 * Room that is taken while there is plenty, to be given back when the disk is full: so that what was accepted can be finished,
 * and a process that ended on a full disk can start again (L8).
 */
export class Ballast implements BallastFile {
  readonly bytes: number;
  readonly #file: string;

  constructor({ file, bytes }: BallastOptions) {
    this.#file = file;
    this.bytes = bytes;
  }

  /** It is there, whole, and takes real blocks. */
  async isHeld(): Promise<boolean> {
    if (this.bytes === 0) return false;
    const { size, blocks } = await stat(this.#file).catch(() => ({ size: 0, blocks: 0 }));
    // Windows tells no blocks.
    return size === this.bytes && (process.platform === 'win32' || blocks * BLOCK_BYTES >= this.bytes);
  }

  /** @returns whether it is there now: a disk that has no room for it keeps none */
  async make(): Promise<boolean> {
    const part = `${this.#file}.part`;
    try {
      const handle = await open(part, 'w', 0o600);
      try {
        await fill(handle, this.bytes);
      } finally {
        await handle.close();
      }
      await rename(part, this.#file);
      return true;
    } catch {
      // Half of one would only take room; where even this fails there is nothing to take away.
      await rm(part, { force: true }).catch(() => undefined);
      return false;
    }
  }

  /** Gives the room back. */
  async release(): Promise<void> {
    await rm(this.#file, { force: true });
    await rm(`${this.#file}.part`, { force: true });
  }
}

/** Written for real: a file of holes takes no room, and one of zeros takes none where the file system compresses. */
async function fill(handle: FileHandle, bytes: number): Promise<void> {
  const chunk = randomBytes(Math.min(CHUNK_BYTES, bytes));
  for (let at = 0; at < bytes; at += chunk.length) {
    await handle.write(chunk, 0, Math.min(chunk.length, bytes - at));
    // Bit by bit: one sync of it all would hold up the syncs of the log on the same disk.
    await handle.datasync();
  }
  await handle.sync();
}
