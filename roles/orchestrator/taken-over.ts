import type { OpenEvent } from './open-events.ts';

/**
 * Events that were there when this node became the owner of their subject, and that it has not looked at since. Until it has looked
 * at all of a subject it cannot know what goes first, or who works on it already (W2, W5).
 */
export class TakenOver {
  readonly #bySubject = new Map<string, Set<OpenEvent>>();

  /** @param event of a known subject */
  add(event: OpenEvent): void {
    const { subject } = event;
    if (subject === undefined) return;
    const events = this.#bySubject.get(subject) ?? new Set();
    this.#bySubject.set(subject, events.add(event));
  }

  has(subject: string): boolean {
    return this.#bySubject.has(subject);
  }

  /** It was looked at, or is no longer ours. True: it was the last of its subject. */
  delete(event: OpenEvent): boolean {
    const { subject } = event;
    const events = subject === undefined ? undefined : this.#bySubject.get(subject);
    if (subject === undefined || !events?.delete(event) || events.size > 0) return false;
    return this.#bySubject.delete(subject);
  }
}
