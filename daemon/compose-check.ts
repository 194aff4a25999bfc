import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../protocols/errors.ts';
import { headBytes } from '../protocols/record.ts';
import { STORE_FOLDER } from './compose-core.ts';
import { createLog } from './log.ts';
import { createVerifier } from './mesh/ed25519.ts';
import { createRuntime } from './runtime.ts';
import type { CheckReport } from './store/check.ts';
import { openStore } from './store/level.ts';

/**
 * Reads the whole store of a node that does not run.
 * @throws MeshError `not-found` where there is no store, `store-locked` while its daemon runs, and what opening it throws
 */
export async function checkDataDir(dataDir: string): Promise<CheckReport> {
  const dir = join(dataDir, STORE_FOLDER);
  // Opening would make one.
  await stat(dir).catch((error: unknown) => {
    throw new MeshError('not-found', { what: 'store in', id: dir }, { cause: error });
  });
  const verify = createVerifier();
  const store = await openStore({ dir }, { runtime: createRuntime(createLog({ level: 'warn' })) });
  try {
    return await store.check((head) => verify(head.origin, headBytes(head), head.signature));
  } finally {
    await store.close();
  }
}
