import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';

/** The part of a problem (RFC 9457) that a command shows. */
const ProblemSchema = z.object({ code: z.string(), detail: z.string(), fix: z.string() });

/** What a daemon answered instead of what was asked for. */
export function refusalOf(status: number, body: string): MeshError<'daemon-refused'> {
  const problem = ProblemSchema.safeParse(parse(body));
  if (problem.success) return new MeshError('daemon-refused', { status, ...problem.data });
  const detail = body.trim().slice(0, 200) || `status ${status} without a word`;
  return new MeshError('daemon-refused', {
    status,
    code: `http-${status}`,
    detail,
    fix: 'Look at the log of the daemon.',
  });
}

export function unreadable(problem: string): MeshError<'daemon-refused'> {
  return new MeshError('daemon-refused', {
    status: 200,
    code: 'answer-unreadable',
    detail: `its answer does not fit: ${problem}`,
    fix: 'Use the command line of the same version as the daemon: `mindmesh version` prints both.',
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Then the text itself is shown.
    return undefined;
  }
}
