import * as z from 'zod';

export type FormReading<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string };

/** The text of an answer: JSON, also when a model put it into a code fence or talked before it. */
export function readForm<T>(text: string, schema: z.ZodType<T>): FormReading<T> {
  const json = parseJson(text) ?? parseJson(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  if (json === undefined) return { problem: 'the answer is not JSON' };
  const asIs = schema.safeParse(json);
  const parsed = asIs.success ? asIs : schema.safeParse(withoutNulls(json));
  return parsed.success ? { value: parsed.data } : { problem: z.prettifyError(parsed.error) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer of its own here.
    return undefined;
  }
}

/** In the strict form an optional property is there and null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(present.map(([key, inner]) => [key, withoutNulls(inner)]));
}
