import * as z from 'zod';

/**
 * What `schema.safeParse` says, by code that is made of the schema once: several times as fast. Made at the first use, because a large
 * schema takes tens of milliseconds, for which a command that reads no records should not wait.
 */
export function compiled<T extends z.ZodType>(schema: T): (value: unknown) => z.ZodSafeParseResult<z.output<T>> {
  let made: T | undefined;
  return (value) => {
    made ??= z.compile(schema);
    return made.safeParse(value);
  };
}
