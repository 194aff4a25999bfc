import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { fastifySwagger } from '@fastify/swagger';
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { MeshError } from '../../protocols/errors.ts';
import type { Logger, Meter } from '../../roles/ports/runtime.ts';
import type { Authenticate } from './auth.ts';
import { describeRoutes } from './openapi.ts';
import { errorOfRequest, PROBLEM_TYPE, problemOf, REQUEST_BODY_BYTES, retryAfterOf } from './problems.ts';

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** A group of routes. */
export type Routes = (app: App) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a token: health, readiness, signed webhooks (T8). */
    open?: boolean;
  }
}

export interface AppOptions {
  readonly surface: string;
  readonly version: string;
}

export interface AppParts {
  readonly routes: readonly Routes[];
  readonly authenticate: Authenticate;
  readonly log: Logger;
  readonly meter: Meter;
  readonly createServer: (handler: (req: IncomingMessage, res: ServerResponse) => void) => Server;
}

/** Routes with what all of them share: tokens, problems, metrics, and their description. */
export function createApp(options: AppOptions, parts: AppParts): App {
  const app = fastify({
    logger: false,
    bodyLimit: REQUEST_BODY_BYTES,
    requestIdHeader: false,
    genReqId: requestIdOf,
    return503OnClosing: false,
    serverFactory: (handler) => parts.createServer(handler),
    // Event ids are long, and are parts of paths.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  }).withTypeProvider<ZodTypeProvider>();
  // Every body is JSON.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    refuseStrangers(request, parts.authenticate);
  });
  app.addHook('onResponse', async (request, reply) => report(request, reply, parts));
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, parts.log));
  app.setNotFoundHandler((request) => {
    throw new MeshError('route-unknown', { method: request.method, path: pathOf(request) });
  });
  app.register(fastifySwagger, describeRoutes(options.surface, options.version));
  for (const routes of parts.routes) {
    app.register(async (scope) => routes(scope.withTypeProvider<ZodTypeProvider>()));
  }
  return app;
}

/** A sender's own id is kept when it can do no harm in a log. */
function requestIdOf(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function refuseStrangers(request: FastifyRequest, authenticate: Authenticate): void {
  if (request.is404 || request.routeOptions.config.open === true) return;
  if (!authenticate(request.raw)) throw new MeshError('unauthenticated', {});
}

function answerProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  const error = errorOfRequest(thrown, request.headers['content-type']);
  const problem = problemOf(error, { instance: pathOf(request), requestId: request.id });
  if (error.http >= 500) log.error({ requestId: request.id, method: request.method, error }, 'request failed');
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="mindmesh"');
  // A text, so that no schema of the route is laid over it.
  return reply.code(error.http).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem);
}

function report(request: FastifyRequest, reply: FastifyReply, { meter, log }: AppParts): void {
  const { method } = request;
  // The pattern, never the path: labels are a closed set.
  const endpoint = request.routeOptions.url ?? 'unknown';
  const seconds = reply.elapsedTime / 1_000;
  meter.count('http_requests_total', { method, endpoint, status: String(reply.statusCode) });
  meter.observe('http_request_duration_seconds', seconds, { method, endpoint });
  meter.observe('http_request_size_bytes', Number(request.headers['content-length'] ?? 0), { method, endpoint });
  meter.observe('http_response_size_bytes', Number(reply.getHeader('content-length') ?? 0), { method, endpoint });
  log.debug({ requestId: request.id, method, endpoint, status: reply.statusCode, seconds }, 'request answered');
}

/** Without the query: it may hold what does not belong into an answer or a log. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
