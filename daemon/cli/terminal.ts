/** What a command needs of the process it runs in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Wall-clock milliseconds. */
  now(): number;
  /** Aborted by the first ctrl-C after this call; before it, ctrl-C ends the process as ever. */
  interrupted(): AbortSignal;
}

export interface Input {
  readonly isTTY: boolean;
  /** Everything up to its end. */
  read(): Promise<Buffer>;
}

export interface Output {
  readonly isTTY: boolean;
  /** Width of the window; undefined where there is none. */
  readonly columns: number | undefined;
  write(text: string): void;
}

export function processTerminal(): Terminal {
  // A reader that leaves early (`| head`) is no fault of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: { isTTY: process.stdin.isTTY === true, read: readStdin },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    now: () => Date.now(),
    interrupted: () => {
      const controller = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
      return controller.signal;
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (text) => {
      stream.write(text);
    },
  };
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
