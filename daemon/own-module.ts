import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { MeshError, messageOf } from '../protocols/errors.ts';
import type { Customisation } from '../roles/ports/templates.ts';

const FUNCTIONS = ['getDomainContext', 'customizePrompt'] as const;

const ModuleSchema = z.object({
  getDomainContext: z.custom<NonNullable<Customisation['getDomainContext']>>(isFunction).optional(),
  customizePrompt: z.custom<NonNullable<Customisation['customizePrompt']>>(isFunction).optional(),
});

/**
 * A module of an org's own: code that runs inside the daemon, with its rights.
 * @throws MeshError `general-invalid`
 */
export async function importModule(path: string): Promise<Customisation> {
  let exported: unknown;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    throw invalid(path, messageOf(error), error);
  }
  const parsed = ModuleSchema.safeParse({ ...(exported as object) });
  if (!parsed.success) throw invalid(path, `${FUNCTIONS.join(' and ')} have to be functions`);
  const { getDomainContext, customizePrompt } = parsed.data;
  if (getDomainContext === undefined && customizePrompt === undefined) {
    throw invalid(path, `it exports neither ${FUNCTIONS.join(' nor ')}`);
  }
  return { ...(getDomainContext && { getDomainContext }), ...(customizePrompt && { customizePrompt }) };
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function invalid(file: string, problem: string, cause?: unknown): MeshError {
  return new MeshError('general-invalid', { file, problem }, { cause });
}
