import * as z from 'zod';
import type { Effect } from '../../ports/effects.ts';
import type { ToolSpec } from '../../ports/model.ts';
import type { Site } from './site.ts';

/** Something that is to be seen outside; who performs it gives it its name. */
export type Intent = Pick<Effect, 'kind' | 'target' | 'body'>;

/** What a call leads to: a text for the model, or an effect. `refusal` is told to the model as well. */
export type Outcome = { readonly text: string } | { readonly intent: Intent } | { readonly refusal: string };

/** One thing an agent may ask for. */
export interface Tool {
  readonly access: 'read' | 'write';
  readonly spec: Omit<ToolSpec, 'name'>;
  /** Its arguments as the model wrote them, checked; nothing has happened yet. */
  check(written: string): Checked;
}

export type Checked =
  | { readonly ok: true; readonly run: (site: Site) => Promise<Outcome> }
  | { readonly ok: false; readonly problem: string };

/** Longer arguments are no arguments. */
const MOST_CHARS = 64 * 1024;

export interface ToolOptions<A> {
  readonly access: 'read' | 'write';
  readonly description: string;
  readonly arguments: z.ZodType<A>;
  readonly run: (given: A, site: Site) => Promise<Outcome>;
}

export function toolOf<A>({ access, description, arguments: schema, run }: ToolOptions<A>): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema);
  return {
    access,
    spec: { description, parameters },
    check: (written) => {
      const json = parsed(written);
      if (json === undefined) return { ok: false, problem: 'the arguments are not a JSON object' };
      const given = schema.safeParse(json);
      if (!given.success) return { ok: false, problem: z.prettifyError(given.error) };
      return { ok: true, run: (site) => run(given.data, site) };
    },
  };
}

/** No arguments at all are an empty object to many models. */
function parsed(written: string): object | undefined {
  if (written.length > MOST_CHARS) return undefined;
  try {
    const json: unknown = JSON.parse(written.trim() === '' ? '{}' : written);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
