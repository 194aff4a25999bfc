import type { IncomingHttpHeaders } from 'node:http';

/** Who acts at the stand-in. */
export interface Account {
  readonly login: string;
  readonly isApp: boolean;
  readonly mayWrite: boolean;
  readonly token: string;
}

/**
 * People and robots that every lab has. `alice` and `bob` are members of the organisation that owns the repositories, `mallory` is
 * a stranger, `mesh-bot` is the account whose token a mesh uses when it is no App, `ci` is another App that checks commits.
 */
export const ACCOUNTS = {
  alice: account('alice', true),
  bob: account('bob', true),
  mallory: account('mallory', false),
  'mesh-bot': account('mesh-bot', true),
  ci: { ...account('github-actions[bot]', true), isApp: true },
} as const satisfies Record<string, Account>;
export type AccountName = keyof typeof ACCOUNTS;

export const APP = { id: 12_345, slug: 'my-mesh', login: 'my-mesh[bot]', installation: 100 } as const;

function account(login: string, mayWrite: boolean): Account {
  return { login, isApp: false, mayWrite, token: `token-of-${login}` };
}

/** Tokens → accounts; those of the App's installations are learned when they are given out. */
export class Accounts {
  readonly #byToken = new Map<string, Account>(Object.values(ACCOUNTS).map((each) => [each.token, each]));

  learnInstallation(token: string): void {
    this.#byToken.set(token, { login: APP.login, isApp: true, mayWrite: true, token });
  }

  /** By `Authorization: token …`, `Bearer …`, or the password of `Basic …` as git sends it. */
  of({ authorization = '' }: IncomingHttpHeaders): Account | undefined {
    const [scheme = '', value = ''] = authorization.split(/\s+/);
    const isBasic = scheme.toLowerCase() === 'basic';
    const token = isBasic
      ? Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : value;
    return this.#byToken.get(token);
  }
}
