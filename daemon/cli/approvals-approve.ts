import { approvalVerb } from './approval-request.ts';

export const run = approvalVerb('approved');
