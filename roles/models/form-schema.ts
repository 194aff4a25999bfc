import * as z from 'zod';
import type { Form } from '../ports/model.ts';

const KNOWN = new WeakMap<z.ZodType, unknown>();

/** A form as JSON schema, made once. */
export function schemaOf({ schema }: Form<unknown>): unknown {
  const known = KNOWN.get(schema) ?? z.toJSONSchema(schema);
  KNOWN.set(schema, known);
  return known;
}
