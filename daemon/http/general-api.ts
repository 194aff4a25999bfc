import {
  type AgentCard,
  AgentCardSchema,
  type ProcessReply,
  ProcessReplySchema,
  type ProcessRequest,
  ProcessRequestSchema,
} from '../../protocols/mindos.ts';
import type { Routes } from './app.ts';

/** What the general's port needs. */
export interface GeneralApi {
  /** Works on it now and resolves with the result. @throws MeshError `general-not-here` or `queue-full`. */
  process(request: ProcessRequest): Promise<ProcessReply>;
  /** @param url where this node was asked */
  card(url: string): AgentCard;
}

export function generalRoutes(api: GeneralApi): Routes {
  return (app) => {
    const process = {
      summary: 'Let a general work on an event at once',
      body: ProcessRequestSchema,
      response: { 200: ProcessReplySchema },
    };
    app.post('/process', { schema: process }, (request) => api.process(request.body));
    const card = { summary: 'What the generals of this node can do', response: { 200: AgentCardSchema } };
    app.get('/.well-known/agent-card.json', { schema: card }, (request) =>
      api.card(`${request.protocol}://${request.host}`),
    );
  };
}
