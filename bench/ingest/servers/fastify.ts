// fastify with HMAC verification, that parses the body and stores nothing: the least an ingest can do.
import { createHmac, timingSafeEqual } from 'node:crypto';
import fastify from 'fastify';

const [port = '0', secret = ''] = process.argv.slice(2);
const app = fastify({ bodyLimit: 25 * 1024 * 1024 });

app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/webhook/github', async (request, reply) => {
  const body = request.body as Buffer;
  const given = Buffer.from(String(request.headers['x-hub-signature-256']));
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return reply.code(403).send({ message: 'no' });
  const payload: unknown = JSON.parse(body.toString('utf8'));
  if (typeof payload !== 'object') return reply.code(400).send({ message: 'no' });
  return reply.code(202).send({ message: 'accepted', event_id: `github:${request.headers['x-github-delivery']}` });
});

process.send?.({ ready: true, url: `${await app.listen({ host: '127.0.0.1', port: Number(port) })}/webhook/github` });

// When the benchmark is killed, nothing of it stays behind.
process.on('disconnect', () => process.exit());
