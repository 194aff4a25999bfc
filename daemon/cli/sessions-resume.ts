import { orderVerb } from './session-request.ts';

export const run = orderVerb('resume');
