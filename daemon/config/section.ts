import type * as z from 'zod';

/** Everything the process was started with that may set a key. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths in flags and variables are meant from here. */
  readonly cwd: string;
}

/** Makes what stands in a variable or flag into what the file would hold; the schema then checks it. */
export type ParseText = (text: string, around: Surroundings) => unknown;

/** One variable of the environment. Each is listed: nothing is found by its prefix. */
export interface Variable {
  readonly name: string;
  /** Dotted key it sets. Of several variables for one key the first that is set counts. */
  readonly key: string;
  readonly parse: ParseText;
  /** What the key's own text does not say. */
  readonly help?: string;
  /** Another variable without which this one means nothing. */
  readonly wants?: string;
}

/** One option of the command line. */
export interface Flag {
  readonly name: string;
  readonly key: string;
  readonly parse: ParseText;
  /** Placeholder in the help. */
  readonly value: string;
  readonly help: string;
  /** May be given several times; `parse` then gets each and the key gets the list. */
  readonly many?: true;
}

/** One part of the configuration: a key of the file, its schema, and the flags and variables that set its keys. */
export interface Section {
  readonly name: string;
  /** One paragraph for docs/configuration.md. */
  readonly about: string;
  readonly schema: z.ZodType;
  readonly variables: readonly Variable[];
  readonly flags: readonly Flag[];
}
