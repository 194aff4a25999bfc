import type { ApprovalRequest } from '../../protocols/people.ts';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { speakerOf } from './session-request.ts';
import { viewVerb } from './view-verb.ts';
import { approvalRendering } from './views/approvals.ts';

/** A command that is a person's word on one text. */
export function approvalVerb(verdict: ApprovalRequest['verdict']): Verb {
  return (args, terminal, more) => {
    const [hash, reason] = [textOf(args, 'hash'), textOf(args, 'reason')];
    const body = {
      subject: textOf(args, 'subject') ?? '',
      verdict,
      ...(hash !== undefined && { hash }),
      ...(reason !== undefined && { reason }),
      ...speakerOf(args, terminal.env),
    };
    return viewVerb((client) => client.approve(body), approvalRendering)(args, terminal, more);
  };
}
