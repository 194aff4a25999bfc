import type { Output, Terminal } from '../../../../daemon/cli/terminal.ts';
import { NOW } from './fixture-views.ts';

export interface FakeTerminal extends Terminal {
  readonly out: () => string;
  readonly err: () => string;
  /** Presses ctrl-C. */
  interrupt(): void;
}

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly isTTY?: boolean;
  /** Called with all that was printed so far, after each print. */
  readonly onOutput?: (out: string) => void;
}

/** A terminal that only exists in a test. Its environment is empty, so that nothing of this machine is found. */
export function fakeTerminal({ env = {}, cwd = '/nowhere', stdin, isTTY = false, onOutput }: Given = {}): FakeTerminal {
  const written = { out: '', err: '' };
  const controller = new AbortController();
  const output = (to: 'out' | 'err'): Output => ({
    isTTY,
    columns: isTTY ? 80 : undefined,
    write: (text) => {
      written[to] += text;
      if (to === 'out') onOutput?.(written.out);
    },
  });
  return {
    env: { XDG_RUNTIME_DIR: '/nowhere', ...env },
    cwd,
    stdin: { isTTY: stdin === undefined, read: async () => Buffer.from(stdin ?? '') },
    stdout: output('out'),
    stderr: output('err'),
    now: () => NOW,
    interrupted: () => controller.signal,
    out: () => written.out,
    err: () => written.err,
    interrupt: () => controller.abort(),
  };
}
