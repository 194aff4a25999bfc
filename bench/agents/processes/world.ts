// GitHub and a model for the bench, with the times of every request: world.ts
import { LLMock } from '@copilotkit/aimock';
import { startGitHubLab } from '../../../test/support/github-lab/lab.ts';
import type { WorldAnswer, WorldAsk } from '../messages.ts';
import { TimedRelay } from '../timed-relay.ts';

const REPOSITORY = 'acme/app';
const FILE = 'src/total.ts';
const source = (factor: number) => `export function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price * ${factor}, 0);
}
`;
const ANSWER = {
  summary: 'The total is multiplied by a constant that nothing explains.',
  findings: [
    { severity: 'medium', title: 'A factor without a name', detail: 'Say what it stands for.', where: FILE, line: 2 },
  ],
  recommendations: ['Name the factor'],
  confidence: 0.9,
};

const lab = await startGitHubLab({ repositories: [{ name: REPOSITORY, files: { [FILE]: source(1) } }] });
const model = new LLMock({ port: 0 });
model.onMessage(/[\s\S]*/, { content: JSON.stringify(ANSWER) });
await model.start();
const relays = { github: new TimedRelay(lab.url), model: new TimedRelay(new URL(model.url).origin) };
const urls = { github: await relays.github.listen(), model: await relays.model.listen() };
const author = lab.as('alice');
let hook: TimedRelay | undefined;
let pulls = 0;

const isReview = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && /\/pulls\/\d+\/reviews\/\d+\/events$/.test(path);

async function answer(ask: WorldAsk): Promise<WorldAnswer> {
  if (ask.type === 'urls') return { type: 'urls', ...urls, token: 'token-of-mesh-bot' };
  if (ask.type === 'hook') {
    hook = new TimedRelay(new URL(ask.url).origin);
    lab.hook({ url: `${await hook.listen()}${new URL(ask.url).pathname}`, secret: ask.secret });
    return { type: 'hooked' };
  }
  const branch = `feature/change-${++pulls}`;
  await author.push({ branch, files: { [FILE]: source(pulls + 1) }, message: 'Change the factor' });
  for (const relay of [relays.github, relays.model, hook]) relay?.take();
  const posted = relays.github.next(isReview);
  await author.openPull({ head: branch, title: `Change the factor to ${pulls + 1}` });
  const { until: postedAt } = await posted;
  return {
    type: 'reviewed',
    hooks: hook?.take() ?? [],
    github: relays.github.take(),
    model: relays.model.take(),
    postedAt,
  };
}

process.on('message', (ask: WorldAsk) => {
  void answer(ask).then((said) => process.send?.(said));
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true, url: lab.url });
