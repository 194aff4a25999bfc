import { LengthPrefixedDecoder } from '@libp2p/utils';

/** Noise: every encrypted message is preceded by its length (https://noiseprotocol.org/noise.html#message-format). */
const PREFIX_BYTES = 2;
/** Of a message whose prefix is not there yet: more than is there, so that the decoder waits. */
const UNKNOWN_LENGTH = 0xffff;

/**
 * Noise's decoder asks for the next prefix after each message and is told by an exception, with its stack, that there is none
 * yet. Told so by a length it waits just the same, and a task takes a hundredth less processor time. A connection of another kind
 * is left as it is.
 */
export function quietPrefix<C extends object>(connection: C): C {
  const decoder: unknown = 'decoder' in connection ? connection.decoder : undefined;
  if (decoder instanceof LengthPrefixedDecoder) Object.assign(decoder, { lengthDecoder: readPrefix });
  return connection;
}

function readPrefix(bytes: { readonly byteLength: number; subarray(start: number, end: number): Uint8Array }): number {
  if (bytes.byteLength < PREFIX_BYTES) return UNKNOWN_LENGTH;
  const [high = 0, low = 0] = bytes.subarray(0, PREFIX_BYTES);
  return high * 256 + low;
}
