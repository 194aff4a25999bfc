import { TEXT_LIMITS } from '../../protocols/event.ts';
import { LIMITS } from '../../protocols/names.ts';

export type TextKind = keyof typeof TEXT_LIMITS;

/** Stands at the end of every text that was cut. */
export const CUT_MARK = '…';

/**
 * What the texts of one event may take in its record, JSON-encoded. The rest of the record is for names of fields, numbers,
 * the list of cut fields and the envelope of whatever record carries the event: all of it bounded by the schema, 6 KiB at most.
 */
export const TEXT_BUDGET_BYTES = LIMITS.recordBytes - 16 * 1024;

/** Punctuation and field names around one item of a list. */
export const ITEM_BYTES = 160;

/** Quotes and comma around one text. */
const QUOTES_BYTES = 3;

/** JSON encodes these one byte each. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Cuts the texts and lists of one event to their limits and keeps it below one record whatever it is made of.
 * What comes first gets its full limit, so readers take the small and telling fields before the long ones.
 */
export class Clip {
  readonly #cut = new Set<string>();
  #left = TEXT_BUDGET_BYTES;

  /** Names of the fields that were cut, without repetition. */
  get truncated(): string[] {
    return [...this.#cut];
  }

  /** The text at most as long as its kind may be. `field` is how `truncated` names it. */
  text(value: string, kind: TextKind, field: string): string {
    const limit = TEXT_LIMITS[kind];
    const fits = value.length <= limit;
    const kept = fits ? wellFormed(value) : cutText(value, limit);
    if (!fits) this.#cut.add(field);
    return this.#pay(kept, field);
  }

  /** The first items at most; a list without room for another item ends there. */
  list<In, Out>(items: readonly In[], limit: number, field: string, read: (item: In) => Out): Out[] {
    const kept: Out[] = [];
    for (const item of items) {
      if (kept.length === limit || this.#left < ITEM_BYTES) {
        this.#cut.add(field);
        break;
      }
      this.#left -= ITEM_BYTES;
      kept.push(read(item));
    }
    return kept;
  }

  #pay(text: string, field: string): string {
    const bytes = encodedBytes(text);
    if (bytes <= this.#left) {
      this.#left -= bytes;
      return text;
    }
    this.#cut.add(field);
    const kept = this.#shrink(text);
    this.#left -= encodedBytes(kept);
    return kept;
  }

  /** The longest of the halves, quarters, … that still fits; nothing at all where there is no room. */
  #shrink(text: string): string {
    for (let length = text.length >> 1; length > 0; length >>= 1) {
      const kept = cutText(text, length);
      if (encodedBytes(kept) <= this.#left) return kept;
    }
    return '';
  }
}

/** At most `limit` UTF-16 code units, never half of a code point, its end marked. */
export function cutText(text: string, limit: number): string {
  const end = limit - CUT_MARK.length;
  const next = text.charCodeAt(end);
  const splitsPair = next >= 0xdc00 && next <= 0xdfff && end > 0;
  return wellFormed(text.slice(0, splitsPair ? end - 1 : end)) + CUT_MARK;
}

/** Half of a surrogate pair is no text: most programs that read it later would choke on it. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

function encodedBytes(text: string): number {
  return QUOTES_BYTES + (PLAIN.test(text) ? text.length : Buffer.byteLength(JSON.stringify(text)));
}
