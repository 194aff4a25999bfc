import * as z from 'zod';
import type { Forge, ForgeComment } from '../../ports/forge.ts';
import { numberedThing, type Site } from './site.ts';
import { MOST_TOLD, toldJson, toldText } from './told.ts';
import { type Tool, toolOf } from './tool.ts';

export const NOTHING = z.strictObject({});
export const PathSchema = z
  .string()
  .min(1)
  .max(1_000)
  // A path must not lead to another address of the forge.
  .refine((path) => path.split(/[\\/]/).every((part) => part !== '..' && part !== '.' && part !== ''), {
    message: 'is not a path below the repository’s root, without . and .. in it',
  });

/** Most comments that one call brings back: the newest matter. */
const MOST_COMMENTS = 50;
const MOST_PATHS = 400;
const MOST_LINES = 600;

export interface Refusal {
  readonly refusal: string;
}

export const NO_NUMBER: Refusal = { refusal: 'This event is about no issue and no pull request.' };

/** A tool that reads the forge; what is not there is told, not thrown. */
export function reading<A>(
  description: string,
  schema: z.ZodType<A>,
  read: (given: A, site: Site, forge: Forge) => Promise<string | Refusal>,
): Tool {
  return toolOf({
    access: 'read',
    description,
    arguments: schema,
    run: async (given, site) => {
      if (site.forge === undefined) return { refusal: 'This node cannot read the forge.' };
      const found = await read(given, site, site.forge);
      return typeof found === 'string' ? { text: found } : found;
    },
  });
}

export const READ_FILE = reading(
  'Reads a file of the repository as it is after the change that the event is about. Long files come in parts: say from which line.',
  z.strictObject({ path: PathSchema, fromLine: z.int().min(1).max(1_000_000).optional() }),
  async ({ path, fromLine = 1 }, { repository, ref, redact, signal }, forge) => {
    const file = await forge.file({ repository, path, ref }, signal);
    if (file === undefined) return { refusal: `There is no file ${path}.` };
    if (file.cut) return { refusal: `${path} is no text, or larger than a megabyte.` };
    const lines = file.text.split('\n');
    const part = lines.slice(fromLine - 1, fromLine - 1 + MOST_LINES);
    const last = fromLine - 1 + part.length;
    const numberedLines = part.map((line, index) => `${fromLine + index}: ${line}`).join('\n');
    const notes = last < lines.length || fromLine > 1 ? [`Lines ${fromLine} to ${last} of ${lines.length}.`] : [];
    return toldText('FILE', numberedLines, redact, notes);
  },
);

export const LIST_PATHS = reading(
  'Lists the paths of files in the repository, below a folder if you name one.',
  z.strictObject({ below: PathSchema.optional() }),
  async ({ below }, { repository, ref, redact, signal }, forge) => {
    const { items, cut } = await forge.paths({ repository, ref }, signal);
    const paths = below === undefined ? items : items.filter((path) => path.startsWith(`${below.replace(/\/$/, '')}/`));
    const notes = [
      ...(paths.length > MOST_PATHS ? [`The first ${MOST_PATHS} of ${paths.length}: name a folder to see more.`] : []),
      ...(cut ? ['The forge did not list all.'] : []),
    ];
    return toldText('PATHS', paths.slice(0, MOST_PATHS).join('\n'), redact, notes);
  },
);

export const READ_ISSUE = reading(
  'Reads the issue or pull request of the event as it is now: title, text, state, labels, author.',
  NOTHING,
  async (_given, site, forge) => {
    const at = numberedThing(site);
    if (at === undefined) return NO_NUMBER;
    const thing = site.isPullRequest ? await forge.pullRequest(at, site.signal) : await forge.issue(at, site.signal);
    return toldJson('ISSUE', thing, site.redact);
  },
);

export const READ_COMMENTS = reading(
  'Reads what people and agents said below the issue or pull request of the event, on lines of its change too, the oldest first.',
  NOTHING,
  async (_given, site, forge) => {
    const at = numberedThing(site);
    if (at === undefined) return NO_NUMBER;
    const below = await forge.comments(at, site.signal);
    const onLines = site.isPullRequest ? await forge.reviewComments(at, site.signal) : { items: [], cut: false };
    const all = [...below.items, ...onLines.items].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    const kept = all.slice(-MOST_COMMENTS);
    const notes = [
      ...(all.length > kept.length ? [`The newest ${kept.length} of ${all.length}.`] : []),
      ...(below.cut || onLines.cut ? ['The forge did not list all.'] : []),
    ];
    return toldJson('COMMENTS', newestFitting(kept), site.redact, notes);
  },
);

/** Of too long a talk the end counts. */
function newestFitting(comments: readonly ForgeComment[]): readonly ForgeComment[] {
  let room = MOST_TOLD;
  const kept: ForgeComment[] = [];
  for (const comment of comments.toReversed()) {
    room -= comment.body.length + 300;
    if (room < 0 && kept.length > 0) break;
    kept.unshift(comment);
  }
  return kept;
}

export const READ_CHECKS = reading(
  'Reads the checks and commit statuses of the commit that the event is about, the latest of each name.',
  NOTHING,
  async (_given, { repository, sha, redact, signal }, forge) => {
    if (sha === undefined) return { refusal: 'This event names no commit.' };
    const { items, cut } = await forge.checks({ repository, sha }, signal);
    return toldJson('CHECKS', items, redact, cut ? ['The forge did not list all.'] : []);
  },
);

export const SEARCH_CODE = toolOf({
  access: 'read',
  description: 'Finds the places of the repository that a question is about: paths, and the functions that fit best.',
  arguments: z.strictObject({ query: z.string().min(2).max(500), limit: z.int().min(1).max(20).optional() }),
  run: async ({ query, limit = 8 }, { repository, retrieval, redact }) => {
    if (retrieval?.has(repository) !== true) return { refusal: 'There is no index of this repository here.' };
    return { text: toldJson('PLACES', await retrieval.search(repository, query, limit), redact) };
  },
});
