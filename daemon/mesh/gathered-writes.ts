import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

/** Waiting bytes are written at once when they are this many: as long as one encrypted message can be. */
const FULL_BYTES = 64 * 1024;

/**
 * Makes one write of what an encrypter sends in one turn of the event loop. Each encrypted message comes as a list (length,
 * parts, tag) of which libp2p's TCP transport writes every item by itself, and a muxer sends many messages of a few bytes;
 * without Nagle each write is a packet that wakes the other side.
 */
export function gatherWrites<C>(
  create: (components: C) => ConnectionEncrypter,
): (components: C) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components);
    const { secureInbound, secureOutbound } = encrypter;
    encrypter.secureInbound = (connection, options) => secureInbound.call(encrypter, gathered(connection), options);
    encrypter.secureOutbound = (connection, options) => secureOutbound.call(encrypter, gathered(connection), options);
    return encrypter;
  };
}

/** The same connection; what is still waiting when it closes is written first, what waits when it breaks is dropped. */
export function gathered<S extends MessageStream>(connection: S): S {
  const send = connection.send.bind(connection);
  const close = connection.close.bind(connection);
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    if (bytes === 0) return;
    const all = Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
    if (connection.status !== 'open') return;
    try {
      send(all);
    } catch {
      // The connection has aborted itself with this error, which its `close` event tells; nobody could catch it here.
    }
  };
  connection.send = (data) => {
    // As before: it says to the sender that this is closed.
    if (connection.status !== 'open') return send(data);
    if (bytes === 0) process.nextTick(flush);
    for (const part of data instanceof Uint8Array ? [data] : data) waiting.push(part);
    bytes += data.byteLength;
    if (bytes >= FULL_BYTES) flush();
    return !connection.writableNeedsDrain;
  };
  connection.close = (options) => {
    flush();
    return close(options);
  };
  return connection;
}
