import { Readable } from 'node:stream';
import { BackupQuerySchema } from '../../protocols/backup.ts';
import { OPERATOR_PATHS } from '../../protocols/operator.ts';
import type { Routes } from './app.ts';

export interface BackupApi {
  /** The bytes of `protocols/backup.ts`. @param key with the node's private key */
  backup(key: boolean): AsyncIterable<Uint8Array>;
}

/** Everything a node has, its key too: for the operator's socket alone, never for a port. */
export function backupRoutes(api: BackupApi): Routes {
  return (app) => {
    const schema = { summary: 'A backup of this node, as a stream', querystring: BackupQuerySchema };
    app.get(OPERATOR_PATHS.backup, { schema }, (request, reply) => {
      reply.type('application/octet-stream');
      // Made as fast as it is read; who leaves early ends it.
      return reply.send(Readable.from(api.backup(request.query.key === 'true'), { objectMode: false }));
    });
  };
}
