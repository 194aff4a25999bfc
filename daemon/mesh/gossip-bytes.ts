import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LIMITS } from '../../protocols/names.ts';

/**
 * What gossip is full of, the most frequent last. Part of the wire format: another dictionary is another version of it. With it a
 * presence of 1 kB takes 200 bytes, and every node receives those of all others, some of them twice.
 */
const DICTIONARY = Buffer.from(
  '"aggregator","orchestrator","code-review-general","security-general","documentation-general","specialisations":["' +
    '"logs":[["12D3KooW{"v":1,"card":{"peer":"12D3KooW","name":"","org":"","cluster":"","region":"","roles":["general"],' +
    '"generals":[{"name":"-general","specialisations":[],"concurrency":1,"capacity":10},{"name":"],"sweeps":[],' +
    '"version":"0.1.0"},"epoch":"01K","counter":,"clock":17,"ready":true,"draining":false,"load":[' +
    '{"name":"-general","running":0,"queued":0,"capacity":10,"latencyMs":,"failureRate":0},{"name":',
);
/** JSON begins so. What deflate happens to begin so is sent as it is. */
const BRACE = 0x7b;

export function packGossip(json: Uint8Array): Uint8Array {
  const packed = deflateRawSync(json, { dictionary: DICTIONARY });
  return packed.length < json.length && packed[0] !== BRACE ? packed : json;
}

/** The JSON of a message, packed or not; undefined for bytes that are neither, or that would be more than a message may be. */
export function unpackGossip(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] === BRACE || bytes.length > LIMITS.gossipBytes) return bytes;
  try {
    return inflateRawSync(bytes, { dictionary: DICTIONARY, maxOutputLength: LIMITS.gossipBytes });
  } catch {
    // A verdict of its own, told to the caller as such.
    return undefined;
  }
}
