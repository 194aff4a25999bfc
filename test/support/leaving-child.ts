import { untilAskedToLeave } from '../../daemon/lifecycle.ts';

/** A process that never gets done with leaving. It says `ready`, the signals it has outlived, and `leaving` once it was asked to. */
const [oneAskingMs = ''] = process.argv.slice(2);
const say = (word: string) => process.stdout.write(`${word}\n`);

const leave = untilAskedToLeave({ oneAskingMs: Number(oneAskingMs) });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => say(signal));
setInterval(() => undefined, 60_000);
say('ready');
await leave;
say('leaving');
