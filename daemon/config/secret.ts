import { inspect } from 'node:util';
import * as z from 'zod';
import type { ParseText } from './section.ts';
import { asPath, TAKES } from './values.ts';

/** Where a secret lies. It is never written into the configuration itself. */
export const SecretRefSchema = z
  .strictObject(
    {
      file: z.string().min(1).exactOptional().describe('Path of a file that holds the secret alone.'),
      env: z.string().min(1).exactOptional().describe('Name of a variable that holds it.'),
    },
    { error: 'a secret is not written here: use {file: PATH} or {env: NAME}' },
  )
  .refine(({ file, env }) => (file === undefined) !== (env === undefined), 'wants either file or env')
  .register(TAKES, { takes: '{file: PATH} or {env: NAME}' });
export type SecretRef = z.infer<typeof SecretRefSchema>;

const MASK = '***';

/** A value that does not print. Only `reveal()` gives it, so that a search for that name finds every use. */
export class Secret {
  readonly #value: string;
  /** Where it came from: a path, or `$NAME`. */
  readonly origin: string;

  constructor(value: string, origin: string) {
    this.#value = value;
    this.origin = origin;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** For a variable that holds the secret itself. */
export function secretIn(name: string): ParseText {
  return () => ({ env: name });
}

/** For a variable that holds the path of the secret's file. */
export const secretFile: ParseText = (text, around) => ({ file: asPath(text, around) });
