import type { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { Result } from '../../protocols/result.ts';
import type { Orders } from '../replica/session-orders.ts';
import type { Scene } from './conversation.ts';
import type { Session } from './session.ts';
import type { Queued } from './task-queue.ts';

export type Parking = 'orders' | 'approval';

/** One execution to be, wherever it came from: the inbox or `POST /process`. */
export interface Job extends Queued {
  readonly event: MeshEvent;
  /** Known once it has begun; absent for what ends with the process. */
  readonly promised?: { readonly task: Scene['task']; readonly session: Session } | undefined;
  /** What people told it. */
  orders(): Orders;
  /** Whose word it waits for, in nobody's way meanwhile: who paused it, or whoever approves. */
  readonly parkedFor: Parking | undefined;
  parked(by: Parking): void;
  /** Just before the work. False: it needs no execution any more. */
  begin(): Promise<boolean>;
  done(result: Result): Promise<void>;
  failed(error: MeshError): Promise<void>;
  /** The node leaves before it began. Never rejects. */
  returned(): Promise<void>;
  /** The node leaves before it ended. Never rejects. */
  left(): Promise<void>;
}
