import { APP } from './accounts.ts';
import type { Json } from './router.ts';

/** The App whose check run it is. */
export function withApp(run: Json, login: string = APP.login): Json {
  return { ...run, app: appOf(login) };
}

/** As answers and payloads name an App, by the login of what it writes. */
export function appOf(login: string) {
  if (login === APP.login) return { id: APP.id, slug: APP.slug, name: 'My mesh' };
  return { id: 15_368, slug: login.replace('[bot]', ''), name: login.replace('[bot]', '') };
}
