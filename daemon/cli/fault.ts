import { asMeshError } from '../../protocols/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { clean } from './output/clean.ts';
import { paintFor } from './output/paint.ts';
import type { Terminal } from './terminal.ts';

/** An error as a command reports it. */
interface Fault {
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
  readonly exit: number;
}

/** Says what went wrong and how to mend it; `-o json` says it to a program. Returns the exit code. */
export function reportFault(error: unknown, json: boolean, terminal: Terminal): number {
  const fault = faultOf(error);
  const { stderr } = terminal;
  if (json) {
    const { code, detail, fix } = fault;
    stderr.write(`${JSON.stringify({ type: `urn:mindmesh:problem:${code}`, code, detail, fix })}\n`);
  } else {
    const paint = paintFor(stderr, terminal.env);
    stderr.write(`${paint.red('error:')} ${clean(fault.detail, '\n')}\n${paint.bold('fix:')} ${clean(fault.fix)}\n`);
  }
  return fault.exit;
}

/** What a daemon answered counts as if it had happened here. */
function faultOf(thrown: unknown): Fault {
  const error = asMeshError(thrown);
  const { code, detail, status } = error.facts;
  if (error.code === 'daemon-refused') {
    return {
      code: String(code),
      detail: String(detail),
      fix: error.fix,
      exit: exitCodeOf(String(code), Number(status)),
    };
  }
  return { code: error.code, detail: error.message, fix: error.fix, exit: exitCodeOf(error.code) };
}
