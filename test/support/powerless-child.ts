import { OperatorClient } from '../../daemon/cli/client.ts';
import { openStore } from '../../daemon/store/level.ts';
import { asMeshError } from '../../protocols/errors.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';
import { NOBODY } from './powerless.ts';

/** Everything is loaded by now: nobody might not be able to read this checkout. */
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

const [deed, path = ''] = process.argv.slice(2);
try {
  if (deed === 'status') await new OperatorClient(path).status();
  if (deed === 'open-store') await (await openStore({ dir: path }, { runtime: { log: silentLogger } })).close();
  process.stdout.write('{}');
} catch (error) {
  const { code, message } = asMeshError(error);
  process.stdout.write(JSON.stringify({ code, message }));
}
