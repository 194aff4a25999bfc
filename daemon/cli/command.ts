import type { Args } from './args.ts';
import type { Terminal } from './terminal.ts';

/**
 * Does the work of a command; resolves with the exit code. Throws MeshError.
 * @param commands the whole table, for those that speak about it
 */
export type Verb = (args: Args, terminal: Terminal, commands: readonly Command[]) => Promise<number>;

export interface Option {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly type: 'text' | 'number' | 'switch' | 'list';
  readonly help: string;
  /** Placeholder of its value in the help. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Said in the help; the command itself supplies it. */
  readonly fallback?: string;
}

export interface Operand {
  readonly name: string;
  readonly help: string;
  readonly required?: true;
  /** Takes all that follow; only the last of a command may. */
  readonly many?: true;
  readonly choices?: readonly string[];
}

/** One command of the table: enough for its help and completion without loading what does its work. */
export interface Command {
  /** `status`, or `config view`: the words that call it. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** More, below the options. */
  readonly about?: string;
  readonly operands?: readonly Operand[];
  readonly options?: readonly Option[];
  /** Options that come from the configuration's flags. */
  readonly takesConfig?: true;
  readonly examples?: readonly (readonly [line: string, what: string])[];
  load(): Promise<{ readonly run: Verb }>;
}
