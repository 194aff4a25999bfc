import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import Handlebars from 'handlebars';
import * as z from 'zod';
import { MeshError, messageOf } from '../protocols/errors.ts';
import type { Templates } from '../roles/ports/templates.ts';

/** Beside the source tree, and beside the bundle: both keep `templates/` where this file finds it. */
const SHIPPED = fileURLToPath(new URL('../templates', import.meta.url));

/** `manifest.json` of a general's folder: what its templates see as `manifest`. */
export const ManifestSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  specialisations: z.array(z.string()).min(1),
  replicas: z.int().positive(),
  looksAt: z.array(z.string()).min(1),
});
export type Manifest = z.infer<typeof ManifestSchema>;

export interface LoadedTemplates extends Templates {
  /** Path below the folder without `.hbs`, e.g. `generals/code-review-general/system`. */
  readonly names: readonly string[];
  /** By folder, e.g. `generals/code-review-general`. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/**
 * Reads and compiles every template once, so that a broken one shows at the start and not at the first event. Files in a folder
 * that begins with `_` are partials. Nothing is escaped: the templates are prompts, and their data is fenced by who renders them.
 *
 * @param options.dir Default: the templates that ship.
 * @throws MeshError `template-failed`
 */
export function loadTemplates({ dir = SHIPPED }: { readonly dir?: string } = {}): LoadedTemplates {
  const handlebars = strictHandlebars();
  const manifests = new Map<string, Manifest>();
  const templates = new Map<string, HandlebarsTemplateDelegate>();
  for (const file of filesBelow(dir)) {
    const folder = posix.dirname(file);
    if (basename(file) === 'manifest.json') manifests.set(folder, readManifest(join(dir, file), folder));
    if (!file.endsWith('.hbs')) continue;
    const name = file.slice(0, -'.hbs'.length);
    const template = attempt(name, () => compile(handlebars, readFileSync(join(dir, file), 'utf8'), file));
    if (basename(folder).startsWith('_')) handlebars.registerPartial(name, template);
    else templates.set(name, template);
  }
  return {
    names: [...templates.keys()],
    manifests,
    render: (name, context) => {
      const template = templates.get(name);
      if (template === undefined) throw new MeshError('template-failed', { template: name, problem: 'there is none' });
      return attempt(name, () => template({ manifest: manifests.get(dirname(name)), ...context }));
    },
  };
}

/** In strict mode `{{x}}` wants an x, but the arguments of block helpers are not looked at: these do it. */
function strictHandlebars(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const helper of ['if', 'unless', 'each', 'with']) {
    const original = handlebars.helpers[helper];
    handlebars.registerHelper(helper, function (this: unknown, value: unknown, options: Handlebars.HelperOptions) {
      if (value === undefined) throw new TypeError(`{{#${helper}}} asks for something that is not in the context`);
      return original?.call(this, value, options);
    });
  }
  return handlebars;
}

/** To JavaScript now, not at the first rendering as `compile` of handlebars would. */
function compile(handlebars: typeof Handlebars, source: string, filename: string): HandlebarsTemplateDelegate {
  const code = handlebars.precompile(source, { strict: true, noEscape: true, knownHelpersOnly: true });
  return handlebars.template(new Script(`(${String(code)})`, { filename }).runInThisContext());
}

function readManifest(path: string, folder: string): Manifest {
  return attempt(`${folder}/manifest.json`, () => ManifestSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
}

function attempt<T>(template: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new MeshError('template-failed', { template, problem }, { cause: error });
  }
}

function filesBelow(dir: string): string[] {
  const files = attempt(dir, () => readdirSync(dir, { recursive: true, encoding: 'utf8' }));
  return files.map((file) => file.replaceAll(sep, '/')).sort();
}
