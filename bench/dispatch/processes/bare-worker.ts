// Keeps what it is offered, does it, keeps the result, and tells: bare-worker.ts
import { createServer } from 'node:net';
import { RESULT_BYTES } from '../load.ts';
import { BareLines } from './bare-lines.ts';
import { BareStore } from './bare-store.ts';

interface Offer {
  readonly id: string;
  readonly event: string;
  readonly decision: string;
}

const store = await BareStore.open();
const result = 'x'.repeat(RESULT_BYTES);
const server = createServer((socket) => {
  const lines = new BareLines(socket, (offer) => void work(offer as Offer));
  async function work({ id, event, decision }: Offer): Promise<void> {
    await store.append(event, decision, JSON.stringify({ type: 'accepted', id }));
    lines.send({ type: 'accepted', id });
    await store.append(JSON.stringify({ type: 'done', id, result }));
    lines.send({ type: 'done', id, result });
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ ready: true, url: typeof address === 'object' ? String(address?.port) : '' });
});
process.on('disconnect', () => void store.close().then(() => process.exit()));
