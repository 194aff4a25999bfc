import { MeshError } from '../../protocols/errors.ts';
import type { Migration } from './migration.ts';
import { SEGMENTS_OF_RECORDS } from './segments-of-records.ts';
import type { Database, Sublevels } from './tables.ts';

/** Versions of the layout: 1 = a row a record, 2 = a row a commit group. */
export const MIGRATIONS: readonly Migration[] = [SEGMENTS_OF_RECORDS];
export const SCHEMA = 2;

const SCHEMA_KEY = 'schema';

export interface MigrateParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
}

/** Brings a store to this build's layout. Returns the steps taken. @throws MeshError `store-newer`, `store-damaged`. */
export async function migrate(
  dir: string,
  { db, sublevels }: MigrateParts,
  migrations: readonly Migration[] = MIGRATIONS,
  target = SCHEMA,
): Promise<readonly Migration[]> {
  const found = await schemaOf(dir, { db, sublevels }, target);
  const steps = planMigrations(dir, found, migrations, target);
  for (const step of steps) {
    await step.run(db);
    await writeSchema({ db, sublevels }, step.to);
  }
  return steps;
}

/** The steps from one version to another. @throws MeshError `store-newer`, `store-damaged` when there is no way. */
export function planMigrations(
  dir: string,
  found: number,
  migrations: readonly Migration[],
  target: number,
): readonly Migration[] {
  if (found > target) throw new MeshError('store-newer', { dir, found, known: target });
  const steps: Migration[] = [];
  for (let at = found; at < target; at = steps.at(-1)?.to ?? target) {
    const step = migrations.find(({ from }) => from === at);
    if (step === undefined) throw new MeshError('store-damaged', { dir, problem: `no way leads on from schema ${at}` });
    steps.push(step);
  }
  return steps;
}

/** A new store gets its version at once; one with rows but without a version was not written by any release. */
async function schemaOf(dir: string, parts: MigrateParts, target: number): Promise<number> {
  const found = parts.sublevels.meta.getSync(SCHEMA_KEY);
  if (typeof found === 'number') return found;
  const [first] = await parts.db.keys({ limit: 1 }).all();
  if (found !== undefined || first !== undefined) {
    throw new MeshError('store-damaged', { dir, problem: 'it has no schema version' });
  }
  await writeSchema(parts, target);
  return target;
}

async function writeSchema({ db, sublevels }: MigrateParts, version: number): Promise<void> {
  await db.batch().put(SCHEMA_KEY, version, { sublevel: sublevels.meta, valueEncoding: 'json' }).write({ sync: true });
}
