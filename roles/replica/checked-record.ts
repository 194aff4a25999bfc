import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { LIMITS } from '../../protocols/names.ts';
import { encodeRecord, type MeshRecord, parseRecord } from '../../protocols/record.ts';

/** A record and its bytes as they will be written. */
export interface CheckedRecord {
  readonly record: MeshRecord;
  readonly encoded: Uint8Array;
}

/**
 * Checked as a reader would: an acknowledged record that nobody can read would be as good as lost.
 * @throws MeshError `record-invalid`, `record-too-large`.
 */
export function checkRecord(record: MeshRecord): CheckedRecord {
  const parsed = parseRecord(record);
  if (!parsed.success) {
    throw new MeshError('record-invalid', { type: record.type, problem: z.prettifyError(parsed.error) });
  }
  const encoded = encodeRecord(parsed.data);
  if (encoded.length > LIMITS.recordBytes) {
    throw new MeshError('record-too-large', { bytes: encoded.length, limit: LIMITS.recordBytes });
  }
  return { record: parsed.data, encoded };
}
