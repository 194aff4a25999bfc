import * as z from 'zod';
import { ROLES } from '../../protocols/names.ts';
import type { Section } from './section.ts';
import { asList, asPath, asText, duration, listOf, size, slug } from './values.ts';

const schema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'is not a name of a node: letters, digits, . _ -, at most 63')
      .exactOptional()
      .describe('Name of this node for people. Default: the name of the host.'),
    org: slug('an org').default('local').describe('The organisation this node belongs to.'),
    cluster: slug('a cluster')
      .default('local')
      .describe('The cluster it runs in; a broadcast goes to each cluster once.'),
    region: slug('a region').default('local').describe('Where that cluster stands.'),
    roles: listOf(z.enum(ROLES))
      .refine((roles) => roles.length > 0 && new Set(roles).size === roles.length, 'wants at least one role, each once')
      .default([...ROLES])
      .describe('What it does: aggregator takes webhooks in, orchestrator decides who works, general works.'),
    dataDir: z
      .string()
      .min(1)
      .default('.mindmesh')
      .describe('Folder of its state, made when it is missing. Relative to the configuration file.'),
    keyFile: z
      .string()
      .min(1)
      .default('node.key')
      .describe('Its identity, made at the first start and kept. Relative to node.dataDir.'),
    socket: z
      .string()
      .min(1)
      .default('mindmesh.sock')
      .describe(
        'Unix socket for the command line, mode 0600. Relative to node.dataDir; at most 100 bytes as an absolute path.',
      ),
    ballast: size('64MiB').describe(
      'Room on the disk that is taken while there is plenty and given back when it is full, so that accepted work can be finished and a node can start again. 0 keeps none.',
    ),
    retention: duration('7d').describe(
      'How long a settled event is kept, and a repeat of it known. Not shorter than routing.deadline and routing.waitingDeadline.',
    ),
    generalsDir: z
      .string()
      .min(1)
      .exactOptional()
      .describe(
        'Folder with a folder for each general of your own, and for each shipped one that you change (docs/generals.md). Relative to the configuration file.',
      ),
    environment: z.string().default('production').describe('Shown in status, and read by libraries as NODE_ENV.'),
  })
  .prefault({});

export const nodeSection = {
  name: 'node',
  about: 'Who this node is.',
  schema,
  variables: [
    { name: 'MINDMESH_NAME', key: 'node.name', parse: asText },
    { name: 'MINDMESH_ORG', key: 'node.org', parse: asText },
    { name: 'MINDMESH_CLUSTER', key: 'node.cluster', parse: asText },
    { name: 'MINDMESH_REGION', key: 'node.region', parse: asText },
    { name: 'MINDMESH_ROLES', key: 'node.roles', parse: asList, help: 'Separated by commas.' },
    { name: 'MINDMESH_DATA_DIR', key: 'node.dataDir', parse: asPath, help: 'Relative to the working directory.' },
    { name: 'MINDMESH_KEY_FILE', key: 'node.keyFile', parse: asPath, help: 'Relative to the working directory.' },
    {
      name: 'MINDMESH_SOCKET',
      key: 'node.socket',
      parse: asPath,
      help: 'Relative to the working directory; commands look for the daemon there.',
    },
    {
      name: 'MINDMESH_GENERALS_DIR',
      key: 'node.generalsDir',
      parse: asPath,
      help: 'Relative to the working directory.',
    },
    { name: 'NODE_ENV', key: 'node.environment', parse: asText },
  ],
  flags: [
    { name: 'name', key: 'node.name', parse: asText, value: 'NAME', help: 'name of this node' },
    { name: 'org', key: 'node.org', parse: asText, value: 'ORG', help: 'organisation it belongs to' },
    { name: 'cluster', key: 'node.cluster', parse: asText, value: 'NAME', help: 'cluster it runs in' },
    { name: 'region', key: 'node.region', parse: asText, value: 'NAME', help: 'region of the cluster' },
    {
      name: 'role',
      key: 'node.roles',
      parse: asText,
      value: 'ROLE',
      help: 'aggregator, orchestrator or general',
      many: true,
    },
    { name: 'data-dir', key: 'node.dataDir', parse: asPath, value: 'DIR', help: 'folder of its state' },
    { name: 'socket', key: 'node.socket', parse: asPath, value: 'PATH', help: 'unix socket for the command line' },
  ],
} as const satisfies Section;
