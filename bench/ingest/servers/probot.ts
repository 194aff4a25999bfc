// Probot in its default form: its own server, its own log at its own level, an app with one handler that does nothing.
import { generateKeyPairSync } from 'node:crypto';
import { run } from 'probot';

const [port = '0', secret = '', mode = 'default'] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const server = await run(
  (app) => {
    app.onAny(() => {});
  },
  {
    env: {
      ...process.env,
      APP_ID: '1',
      PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      WEBHOOK_SECRET: secret,
      HOST: '127.0.0.1',
      PORT: port,
      ...(mode === 'production' && { NODE_ENV: 'production' }),
    },
  },
);
process.send?.({ ready: true, url: `http://127.0.0.1:${server.port}/api/github/webhooks` });

// When the benchmark is killed, nothing of it stays behind.
process.on('disconnect', () => process.exit());
