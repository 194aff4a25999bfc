import { isOn, listOf } from './args.ts';
import type { Verb } from './command.ts';
import { configOf } from './config-flags.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { progressOn } from './progress.ts';
import { evaluationRendering } from './views/evaluation.ts';

/** Asks generals the cases of their folders. Ends with 1 when one does not reach its mark. */
export const run: Verb = async (args, terminal) => {
  const { config } = await configOf(args, terminal);
  const { evaluateGenerals } = await import('../compose-evaluation.ts');
  const progress = progressOn(terminal, 'eval', 'generals');
  const views = await evaluateGenerals({
    config,
    names: listOf(args, 'which').flatMap((text) => text.split(',')),
    isRulesOnly: isOn(args, 'rules'),
    signal: terminal.interrupted(),
    onProgress: (done, total) => progress.at(done, total),
  }).finally(() => progress.end());
  await print(views, evaluationRendering, args, terminal);
  return views.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
};
