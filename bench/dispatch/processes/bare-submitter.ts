// Keeps each task, offers it, keeps its result: bare-submitter.ts PORT
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type Load, submitAll } from '../load.ts';
import { BareLines } from './bare-lines.ts';
import { BareStore } from './bare-store.ts';

interface Word {
  readonly type: 'accepted' | 'done';
  readonly id: string;
  readonly result?: string;
}

const [port = ''] = process.argv.slice(2);
const store = await BareStore.open();
const waiting = new Map<string, () => void>();
const socket = connect(Number(port), '127.0.0.1');
const lines = new BareLines(socket, (value) => void hear(value as Word));

async function hear(word: Word): Promise<void> {
  if (word.type === 'accepted') return void store.append(JSON.stringify(word));
  await store.append(JSON.stringify(word), JSON.stringify({ type: 'settled', id: word.id }));
  waiting.get(word.id)?.();
  waiting.delete(word.id);
}

process.on('message', (load: Load) => {
  const run = randomUUID();
  const filling = 'x'.repeat(load.bytes);
  const submit = async (number: number) => {
    const id = `${run}-${number}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(id, resolve);
    const event = JSON.stringify({ type: 'event', id, filling });
    const decision = JSON.stringify({ type: 'distribution', id, slots: ['worker'] });
    await store.append(event, decision);
    lines.send({ id, event, decision });
    await promise;
  };
  void submitAll(load, submit).then((measured) => process.send?.(measured));
});
process.on('disconnect', () => void store.close().then(() => process.exit()));
socket.once('connect', () => process.send?.({ ready: true, url: '' }));
