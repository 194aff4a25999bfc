import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { PROBLEM_TYPE, ProblemSchema } from './problems.ts';

/** Settings of the OpenAPI 3.1 description: every route with its schemas, its problems and whether it wants a token. */
export function describeRoutes(surface: string, version: string): FastifyDynamicSwaggerOptions {
  // The two libraries describe JSON Schema in different types.
  const problem: object = z.toJSONSchema(ProblemSchema);
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `mindmesh ${surface}`,
        version,
        description: 'Routes of one mindmesh node. Every error is a problem as RFC 9457 has it.',
      },
      components: {
        schemas: { Problem: problem },
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ token: [] }],
    },
    transform: (document) => {
      const described = jsonSchemaTransform(document);
      const open = document.route.config?.open === true;
      return open ? { ...described, schema: { ...described.schema, security: [] } } : described;
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      for (const path of Object.values(document.openapiObject.paths ?? {})) {
        for (const operation of Object.values(path ?? {})) {
          if (typeof operation !== 'object' || !('responses' in operation)) continue;
          operation.responses = { ...operation.responses, default: PROBLEM_RESPONSE };
        }
      }
      return document.openapiObject;
    },
  };
}

const PROBLEM_RESPONSE = {
  description: 'What went wrong and how to mend it.',
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};
