import type { Connection } from '@libp2p/interface';
import { PING_PROTOCOL } from '@libp2p/ping';
import { byteStream } from '@libp2p/utils';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

const PING_BYTES = 32;
const PING_DEADLINE_MS = 5_000;

/**
 * Round trip in milliseconds with its fraction, without the opening of the stream. Not libp2p's own: that one counts whole
 * milliseconds and dials a peer that is away.
 * @throws MeshError `peer-unreachable`, `request-timeout`.
 */
export async function pingPeer(peer: PeerId, connection: Connection | undefined, runtime: Runtime): Promise<number> {
  if (connection === undefined) throw new MeshError('peer-unreachable', { peer, problem: 'no connection' });
  const signal = AbortSignal.timeout(PING_DEADLINE_MS);
  try {
    const stream = await connection.newStream(PING_PROTOCOL, { signal });
    const bytes = byteStream(stream);
    const start = runtime.monotonic();
    await bytes.write(crypto.getRandomValues(new Uint8Array(PING_BYTES)), { signal });
    await bytes.read({ bytes: PING_BYTES, signal });
    const rttMs = runtime.monotonic() - start;
    await stream.close({ signal });
    return rttMs;
  } catch (cause) {
    if (signal.aborted) throw new MeshError('request-timeout', { peer, ms: PING_DEADLINE_MS }, { cause });
    throw new MeshError('peer-unreachable', { peer, problem: messageOf(cause) }, { cause });
  }
}
