import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { Customisation, PromptFacts, Templates } from '../ports/templates.ts';

export interface CustomisedOptions {
  /** Folder of the general among the templates. */
  readonly folder: string;
  readonly facts: PromptFacts;
  /** What its templates see. */
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * A general's own prompt after what its org adds to it: `getDomainContext()` (context.hbs, or the module) follows it, then
 * `customizePrompt(base)` (prompt.hbs, or the module) may make another one of the whole. A module goes before a file.
 *
 * @throws MeshError `template-failed`, `general-invalid`
 */
export async function customised(
  base: string,
  { folder, facts, context }: CustomisedOptions,
  { templates, own }: { readonly templates: Templates; readonly own?: Customisation | undefined },
): Promise<string> {
  const fromFile = (name: string, more: object) =>
    templates.has?.(`${folder}/${name}`) === true
      ? templates.render(`${folder}/${name}`, { ...context, ...more })
      : undefined;
  const domain = own?.getDomainContext
    ? await asText(folder, 'getDomainContext', () => own.getDomainContext?.(facts))
    : fromFile('context', {});
  const whole = domain === undefined || domain.trim() === '' ? base : `${base.trimEnd()}\n\n${domain.trim()}\n`;
  if (own?.customizePrompt) return asText(folder, 'customizePrompt', () => own.customizePrompt?.(whole, facts));
  return fromFile('prompt', { base: whole }) ?? whole;
}

/** Somebody else's code: what it throws, or returns that is no text, names it. */
async function asText(folder: string, name: string, make: () => unknown): Promise<string> {
  let text: unknown;
  try {
    text = await make();
  } catch (error) {
    throw invalid(folder, `${name} threw ${messageOf(error)}`, error);
  }
  if (typeof text !== 'string') throw invalid(folder, `${name} returned no text`);
  return text;
}

function invalid(folder: string, problem: string, cause?: unknown): MeshError {
  return new MeshError('general-invalid', { file: `${folder}/general.mjs`, problem }, { cause });
}
