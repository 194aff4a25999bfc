import type { MessageStream } from '@libp2p/interface';

/**
 * A header of yamux: version, type, flags (2 bytes), stream (4), length (4), big-endian
 * (https://github.com/hashicorp/yamux/blob/master/spec.md). A frame without data is its header alone.
 */
const HEADER_BYTES = 12;
const WINDOW_UPDATE = 1;
/** FIN and RST: nothing more is read on that stream. */
const ENDING = 0x4 | 0x8;
/**
 * A quarter of the window that every stream begins with (256 KiB): with less than that unsaid the other side still has three
 * quarters to send into, so it never waits for what is held back here.
 */
const TOLD_BYTES = 64 * 1024;
/** Streams that the other side ended leave their sums behind: all are told once there are so many. */
const MAX_STREAMS = 256;

/**
 * Tells the other side of room in its window when there is a good deal of it: js-libp2p's yamux says so after every frame it
 * receives, and each time that is a message to encrypt, a packet, and somebody who wakes up for it.
 */
export function mergeWindowUpdates<S extends Pick<MessageStream, 'send'>>(connection: S): S {
  const send = connection.send.bind(connection);
  /** Stream → bytes of room that it was not told of yet. */
  const unsaid = new Map<number, number>();
  const tellAll = () => {
    for (const [stream, room] of unsaid) send(windowUpdate(stream, room));
    unsaid.clear();
  };
  connection.send = (data) => {
    const header = data instanceof Uint8Array && data.byteLength === HEADER_BYTES ? viewOf(data) : undefined;
    if (header?.getUint8(1) !== WINDOW_UPDATE) return send(data);
    const [flags, stream] = [header.getUint16(2), header.getUint32(4)];
    if ((flags & ENDING) !== 0) unsaid.delete(stream);
    if (flags !== 0) return send(data);
    const room = (unsaid.get(stream) ?? 0) + header.getUint32(8);
    if (room >= TOLD_BYTES) {
      unsaid.delete(stream);
      return send(windowUpdate(stream, room));
    }
    unsaid.set(stream, room);
    if (unsaid.size > MAX_STREAMS) tellAll();
    return true;
  };
  return connection;
}

function windowUpdate(stream: number, room: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const header = viewOf(bytes);
  header.setUint8(1, WINDOW_UPDATE);
  header.setUint32(4, stream);
  header.setUint32(8, room);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
