import * as z from 'zod';

/** Keywords that servers refuse in strict schemas; zod checks them afterwards. */
const REFUSED_KEYWORDS: ReadonlySet<string> = new Set(['$schema', 'minLength', 'maxLength']);

const KNOWN = new WeakMap<z.ZodType, Record<string, unknown>>();

/**
 * A form as the strict form of structured outputs wants it: every property is required, and what is optional may be null
 * instead.
 */
export function strictSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const known = KNOWN.get(schema) ?? strict(z.toJSONSchema(schema));
  KNOWN.set(schema, known);
  return known;
}

function strict(schema: unknown): Record<string, unknown> {
  const copy = Object.fromEntries(entriesOf(schema).filter(([keyword]) => !REFUSED_KEYWORDS.has(keyword)));
  if (copy.items !== undefined) copy.items = strict(copy.items);
  for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches = copy[keyword];
    if (Array.isArray(branches)) copy[keyword] = branches.map(strict);
  }
  if (copy.properties === undefined) return copy;
  const required: readonly unknown[] = Array.isArray(copy.required) ? copy.required : [];
  const properties = entriesOf(copy.properties).map(([name, property]): [string, unknown] => {
    const inner = strict(property);
    return [name, required.includes(name) ? inner : { anyOf: [inner, { type: 'null' }] }];
  });
  return { ...copy, properties: Object.fromEntries(properties), required: properties.map(([name]) => name) };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
