import { MeshError, messageOf } from './errors.ts';
import { LIMITS, OLDEST_WIRE_VERSION, WIRE_VERSION } from './names.ts';

/**
 * One frame = a JSON header for people and programs, and binary parts that are never re-encoded (records, signatures).
 *
 *     u8 version | u32 header length | u32 number of parts | u32 length of each part | header (UTF-8 JSON) | parts
 *
 * All integers are big-endian. The stream puts a length before each frame; a frame is at most `LIMITS.frameBytes`.
 */
export interface Frame {
  readonly version: number;
  readonly header: unknown;
  readonly parts: readonly Uint8Array[];
}

const FIXED_BYTES = 9;
const MAX_PARTS = LIMITS.groupRecords + 8;

export function encodeFrame(header: unknown, parts: readonly Uint8Array[] = []): Uint8Array {
  const head = JSON.stringify(header);
  const headLength = Buffer.byteLength(head);
  const tableLength = FIXED_BYTES + 4 * parts.length;
  const frame = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.length, tableLength + headLength));
  frame.writeUInt8(WIRE_VERSION, 0);
  frame.writeUInt32BE(headLength, 1);
  frame.writeUInt32BE(parts.length, 5);
  frame.write(head, tableLength);
  let at = tableLength + headLength;
  for (const [i, part] of parts.entries()) {
    frame.writeUInt32BE(part.length, FIXED_BYTES + 4 * i);
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/**
 * @throws MeshError `version-unknown` when the sender speaks a version this build does not serve, `frame-malformed` for all else.
 */
export function decodeFrame(bytes: Uint8Array, peer: string): Frame {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const malformed = (problem: string) => new MeshError('frame-malformed', { peer, problem });
  if (buffer.length < FIXED_BYTES) throw malformed('it is too short');
  if (buffer.length > LIMITS.frameBytes) throw malformed('it is too long');
  const version = buffer.readUInt8(0);
  if (version < OLDEST_WIRE_VERSION || version > WIRE_VERSION) {
    throw new MeshError('version-unknown', { version, oldest: OLDEST_WIRE_VERSION, newest: WIRE_VERSION });
  }
  const headerLength = buffer.readUInt32BE(1);
  const count = buffer.readUInt32BE(5);
  if (count > MAX_PARTS) throw malformed(`it has ${count} parts`);
  const start = FIXED_BYTES + 4 * count;
  if (buffer.length < start + headerLength) throw malformed('its header is cut');
  const parts: Uint8Array[] = [];
  let at = start + headerLength;
  for (let i = 0; i < count; i++) {
    const length = buffer.readUInt32BE(FIXED_BYTES + 4 * i);
    if (buffer.length < at + length) throw malformed('a part is cut');
    parts.push(buffer.subarray(at, at + length));
    at += length;
  }
  if (at !== buffer.length) throw malformed('it has bytes after its last part');
  return { version, header: parseHeader(buffer.subarray(start, start + headerLength), malformed), parts };
}

function parseHeader(bytes: Buffer, malformed: (problem: string) => MeshError): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw malformed(`its header is not JSON: ${messageOf(error)}`);
  }
}
