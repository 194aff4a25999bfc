import { messageOf } from '../../protocols/errors.ts';
import type { LogId, PeerId, Position } from '../../protocols/ids.ts';
import type { Decoded } from '../../protocols/record.ts';
import { type TableOp, tableKey } from '../ports/tables.ts';
import type { Draft } from './draft.ts';
import { type Projection, put } from './projection.ts';
import type { Row } from './rows.ts';

export interface ProjectorOptions {
  readonly self: PeerId;
  readonly projections: readonly Projection[];
  /** Told of a projection that threw: a bug here, which must not stop the log on every node at once. */
  onFault(fault: { readonly projection: string; readonly position: Position; readonly problem: string }): void;
}

/** Runs the projections over records that become part of a draft. */
export class Projector {
  readonly #options: ProjectorOptions;

  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  get projections(): readonly Projection[] {
    return this.#options.projections;
  }

  /** `seen` says how many records of this log a projection has had; without it all take part. */
  project(position: Position, decoded: Decoded, draft: Draft, seen?: Row<'positions'>): void {
    const entry = { position, decoded, mine: position.origin === this.#options.self };
    for (const projection of this.#options.projections) {
      if (seen && (seen[projection.name] ?? 0) > position.seq) continue;
      try {
        draft.apply(projection.project(entry, draft));
      } catch (error) {
        this.#options.onFault({ projection: projection.name, position, problem: messageOf(error) });
      }
    }
  }

  /** Every projection has seen at least `length` records of the log. Part of the same batch as their rows (L9). */
  reached(log: LogId, length: number, seen: Row<'positions'> = {}): TableOp {
    const lengths = this.#options.projections.map(({ name }) => [name, Math.max(length, seen[name] ?? 0)]);
    const row = Object.fromEntries(lengths);
    return put('positions', tableKey(log.origin, log.epoch), row);
  }
}
