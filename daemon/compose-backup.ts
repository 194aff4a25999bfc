import { readFile } from 'node:fs/promises';
import { backupOf } from '../roles/replica/backup.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';
import type { BackupApi } from './http/backup-api.ts';

/** What a backup of this node is made of: the disk through its port, and the key file. */
export function composeBackup({ node }: Config, { card, runtime, store }: Core): BackupApi {
  return {
    backup: async function* (withKey) {
      const about = {
        node: card.name,
        peer: card.peer,
        org: card.org,
        version: card.version,
        madeAt: runtime.wall(),
      };
      const key = withKey ? { key: await readFile(node.keyFile) } : {};
      yield* backupOf({ about, ...key }, store);
    },
  };
}
