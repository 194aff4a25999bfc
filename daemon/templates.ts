import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import Handlebars from 'handlebars';
import * as z from 'zod';
import { MeshError, messageOf } from '../protocols/errors.ts';
import { type Manifest, ManifestSchema } from '../protocols/manifest.ts';
import type { Templates } from '../roles/ports/templates.ts';

/** Beside the source tree, and beside the bundle: both keep `templates/` where this file finds it. */
const SHIPPED = fileURLToPath(new URL('../templates', import.meta.url));

export interface TemplateSources {
  /** Default: the templates that ship. */
  readonly dir?: string | undefined;
  /** A folder with a folder for each general of an org's own: adds to the shipped ones, and overrides them file by file. */
  readonly own?: string | undefined;
}

export interface LoadedTemplates extends Templates {
  /** Path below the folder without `.hbs`, e.g. `generals/code-review-general/system`. */
  readonly names: readonly string[];
  /** By folder, e.g. `generals/code-review-general`. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  has(name: string): boolean;
}

/** A file of either source. */
interface Source {
  /** Below `templates/`, with `/` between folders. */
  readonly file: string;
  readonly path: string;
  readonly isOwn: boolean;
}

/**
 * Reads and compiles every template once, so that a broken one shows at the start and not at the first event. Files in a folder
 * that begins with `_` are partials. Nothing is escaped: the templates are prompts, and their data is fenced by who renders them.
 *
 * @throws MeshError `template-failed`, `general-invalid`
 */
export function loadTemplates({ dir = SHIPPED, own }: TemplateSources = {}): LoadedTemplates {
  const handlebars = strictHandlebars();
  const manifests = new Map<string, Manifest>();
  const written = new Map<string, object>();
  const templates = new Map<string, HandlebarsTemplateDelegate>();
  for (const source of [...sourcesIn(dir), ...(own === undefined ? [] : ownSources(own))]) {
    const { file, path } = source;
    const folder = posix.dirname(file);
    if (basename(file) === 'manifest.json') {
      const json = { ...written.get(folder), ...attempt(source, () => objectIn(path)) };
      written.set(folder, json);
      manifests.set(
        folder,
        attempt(source, () => manifestOf(json, folder)),
      );
    }
    if (!file.endsWith('.hbs')) continue;
    const name = file.slice(0, -'.hbs'.length);
    const template = attempt(source, () => compile(handlebars, readFileSync(path, 'utf8'), file));
    if (basename(folder).startsWith('_')) handlebars.registerPartial(name, template);
    else templates.set(name, template);
  }
  return {
    names: [...templates.keys()],
    manifests,
    has: (name) => templates.has(name),
    render: (name, context) => {
      const template = templates.get(name);
      if (template === undefined) throw new MeshError('template-failed', { template: name, problem: 'there is none' });
      try {
        return template({ manifest: manifests.get(dirname(name)), ...context });
      } catch (error) {
        throw new MeshError('template-failed', { template: name, problem: messageOf(error) }, { cause: error });
      }
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

function objectIn(path: string): object {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new TypeError('it is not a JSON object');
  return json;
}

function manifestOf(json: object, folder: string): Manifest {
  const manifest = ManifestSchema.parse(json);
  if (manifest.name !== basename(folder)) {
    throw new TypeError(`its name is ${manifest.name}, and its folder is called ${basename(folder)}`);
  }
  return manifest;
}

function attempt<T>({ file, path, isOwn }: Source, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    if (isOwn) throw new MeshError('general-invalid', { file: path, problem }, { cause: error });
    throw new MeshError('template-failed', { template: file.replace(/\.hbs$/, ''), problem }, { cause: error });
  }
}

function sourcesIn(dir: string): Source[] {
  const whole = { file: dir, path: dir, isOwn: false };
  return attempt(whole, () => filesBelow(dir)).map((file) => ({ file, path: join(dir, file), isOwn: false }));
}

/** `billing-general/system.hbs` there is `generals/billing-general/system.hbs` among those that ship. */
function ownSources(dir: string): Source[] {
  const whole = { file: dir, path: dir, isOwn: true };
  const files = attempt(whole, () => filesBelow(dir)).filter((file) => file.includes('/'));
  return files.map((file) => ({ file: `generals/${file}`, path: join(dir, file), isOwn: true }));
}

function filesBelow(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return files.map((file) => file.replaceAll(sep, '/')).sort();
}
