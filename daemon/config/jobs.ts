import * as z from 'zod';
import type { Section } from './section.ts';
import { asText, duration, TAKES } from './values.ts';

/** Kubernetes writes amounts so: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = z
  .preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.string().regex(/^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/, 'is not an amount like 500m, 2 or 4Gi'),
  )
  .register(TAKES, { takes: 'amount' });

const schema = z
  .strictObject({
    namespace: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'is not a name of a namespace')
      .default('default')
      .describe('Namespace of the Jobs.'),
    image: z.string().min(1).default('mindmesh-agent:0.1.0').describe('Image of the coding agent.'),
    ttl: duration('1800s').describe('How long a finished Job is kept.'),
    deadline: duration('7200s').describe('How long a Job may run.'),
    memoryRequest: quantity.default('2Gi').describe('Memory it is given.'),
    memoryLimit: quantity.default('4Gi').describe('Memory it may take.'),
    cpuRequest: quantity.default('1').describe('Cores it is given.'),
    cpuLimit: quantity.default('2').describe('Cores it may take.'),
  })
  .prefault({});

export const jobsSection = {
  name: 'jobs',
  about: 'Kubernetes Jobs that run coding agents. Read and checked; this version starts no Jobs yet.',
  schema,
  variables: [
    { name: 'KUBERNETES_NAMESPACE', key: 'jobs.namespace', parse: asText },
    { name: 'JOB_IMAGE', key: 'jobs.image', parse: asText },
    { name: 'JOB_TTL_SECONDS', key: 'jobs.ttl', parse: (text) => (/^\d+$/.test(text) ? `${text}s` : text) },
    { name: 'JOB_MEMORY_REQUEST', key: 'jobs.memoryRequest', parse: asText },
    { name: 'JOB_MEMORY_LIMIT', key: 'jobs.memoryLimit', parse: asText },
    { name: 'JOB_CPU_REQUEST', key: 'jobs.cpuRequest', parse: asText },
    { name: 'JOB_CPU_LIMIT', key: 'jobs.cpuLimit', parse: asText },
  ],
  flags: [],
} as const satisfies Section;
