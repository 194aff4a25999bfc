import type { Option } from './command.ts';

/** One command as completion needs it. */
export interface Completed {
  /** The words that call it: one or two. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly Option[];
  /** What its first operand may be, where that is known. */
  readonly operands: readonly string[];
}
