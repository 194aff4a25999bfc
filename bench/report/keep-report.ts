import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseName } from '../cases.ts';
import { type Kept, renderBenchmarks } from './render.ts';

const DOCS = join(import.meta.dirname, '../../docs');
export const KEPT_FILE = join(DOCS, 'benchmarks.json');
export const DOCUMENT_FILE = join(DOCS, 'benchmarks.md');

/** Puts a report in the place of the last one of its case and writes the document anew. */
export async function keepReport(name: CaseName, report: object): Promise<void> {
  const kept: Kept = { ...(await readKept()), [name]: report };
  await writeFile(KEPT_FILE, `${JSON.stringify(kept, null, 2)}\n`);
  await writeFile(DOCUMENT_FILE, renderBenchmarks(kept));
}

export async function readKept(): Promise<Kept> {
  try {
    return JSON.parse(await readFile(KEPT_FILE, 'utf8')) as Kept;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
