import { generalKind } from '../../protocols/generals.ts';
import type { AgentCard } from '../../protocols/mindos.ts';
import type { NodeCard } from '../../protocols/presence.ts';

/** @param url where the node was asked, e.g. `http://127.0.0.1:8080` */
export function agentCard(card: NodeCard, url: string): AgentCard {
  return {
    name: card.name,
    description: `mindmesh generals of ${card.org} in cluster ${card.cluster}`,
    version: card.version,
    url: `${url}/process`,
    provider: { organization: card.org },
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ['application/json'],
    defaultOutputModes: ['application/json'],
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    skills: card.generals.map(({ name, specialisations }) => {
      const title = generalKind(name)?.title ?? name;
      return {
        id: name,
        name: title,
        description: `${title}: ${specialisations.join(', ')}`,
        tags: [...specialisations],
      };
    }),
    peer: card.peer,
  };
}
