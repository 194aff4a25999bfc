import type { MessageStream, StreamMuxerFactory } from '@libp2p/interface';
import { yamux } from '@libp2p/yamux';
import { messageOf } from '../../protocols/errors.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import { gathered } from './gathered-writes.ts';
import { mergeWindowUpdates } from './merged-windows.ts';

/**
 * A paused stream must hold a whole receive window without a reset: the window may grow to 16 MiB by default while the read
 * buffer of a stream is reset at 4 MiB.
 */
const MAX_WINDOW_BYTES = 2 * 1024 * 1024;

/**
 * Yamux that outlives connect-and-close storms. On a connection that closed a moment ago yamux still says good-bye, opens a
 * window or answers a ping, inside event listeners and microtasks; the write then throws `StreamStateError`, nobody can catch
 * it there, and it would end the process. Bytes for a closed connection are dropped instead: its `close` event tells everybody.
 */
export function guardedYamux(log: Logger): () => StreamMuxerFactory {
  const create = yamux({ streamOptions: { maxStreamWindowSize: MAX_WINDOW_BYTES } });
  return () => {
    const factory = create();
    return {
      protocol: factory.protocol,
      // What all streams send in one turn of the event loop is one message to encrypt, one to decrypt and one packet.
      createStreamMuxer: (connection) =>
        factory.createStreamMuxer(mergeWindowUpdates(gathered(guardWrites(connection, log)))),
    };
  };
}

function guardWrites(connection: MessageStream, log: Logger): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    try {
      return send(data);
    } catch (error) {
      log.debug({ problem: messageOf(error), status: connection.status }, 'write to a closed connection dropped');
      return false;
    }
  };
  return connection;
}
