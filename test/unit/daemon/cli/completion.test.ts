import { test } from 'node:test';
import { COMMANDS } from '../../../../daemon/cli/commands.ts';
import { completedCommands, SHELLS } from '../../../../daemon/cli/completion.ts';
import { assertGolden } from './golden.ts';

const commands = completedCommands(COMMANDS);

// That shells read them and offer what fits: test/host/completion.test.ts.
for (const [shell, script] of Object.entries(SHELLS)) {
  test(`cli / completion / the script for ${shell} is as it was agreed`, () => {
    assertGolden(`completion.${shell}.txt`, script(commands));
  });
}
