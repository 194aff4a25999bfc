import * as z from 'zod';
import { PORTS } from '../../protocols/names.ts';
import type { Section } from './section.ts';
import { asNumber, asText, port, portNumber } from './values.ts';

const surface = (role: 'aggregator' | 'orchestrator' | 'general') =>
  z
    .strictObject({ port: port(PORTS[role]).describe(`Port of the ${role}'s routes; 0 takes a free one.`) })
    .prefault({});

const schema = z
  .strictObject({
    host: z.string().min(1).default('0.0.0.0').describe('Address that the HTTP servers of every role listen on.'),
    port: portNumber
      .exactOptional()
      .describe("Port of the node's only role whose own port is not set. A role's own port beats it."),
    aggregator: surface('aggregator'),
    orchestrator: surface('orchestrator'),
    general: surface('general'),
    auth: z
      .strictObject({
        tokenFile: z
          .string()
          .min(1)
          .default('token')
          .describe(
            'Bearer token for every route that wants one, made at the first start, mode 0600. Relative to node.dataDir.',
          ),
        openLoopbackReads: z
          .boolean()
          .default(false)
          .describe('Answer reads that come from loopback without a token. `mindmesh dev` sets it.'),
      })
      .prefault({}),
  })
  .prefault({});

export const httpSection = {
  name: 'http',
  about: 'The HTTP servers: one for each role of the node.',
  schema,
  variables: [
    { name: 'SERVER_HOST', key: 'http.host', parse: asText },
    { name: 'SERVER_PORT', key: 'http.port', parse: asNumber },
    { name: 'GITLENS_AGGREGATOR_PORT', key: 'http.aggregator.port', parse: asNumber },
    { name: 'MINDOS_PORT', key: 'http.orchestrator.port', parse: asNumber },
    { name: 'MINDMESH_GENERAL_LISTEN_PORT', key: 'http.general.port', parse: asNumber },
    { name: 'MINDMESH_TOKEN_FILE', key: 'http.auth.tokenFile', parse: asText, help: 'Relative to node.dataDir.' },
  ],
  flags: [
    { name: 'host', key: 'http.host', parse: asText, value: 'HOST', help: 'address of the HTTP servers' },
    {
      name: 'aggregator-port',
      key: 'http.aggregator.port',
      parse: asNumber,
      value: 'PORT',
      help: 'port of the aggregator',
    },
    {
      name: 'orchestrator-port',
      key: 'http.orchestrator.port',
      parse: asNumber,
      value: 'PORT',
      help: 'port of the orchestrator',
    },
    { name: 'general-port', key: 'http.general.port', parse: asNumber, value: 'PORT', help: 'port of the general' },
  ],
} as const satisfies Section;
