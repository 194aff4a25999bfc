import { ServerProcess } from '../server-process.ts';

/** Starts who works and who submits, one after the other; when one fails, nothing stays behind, the server neither. */
export async function startBeside(
  server: { stop(): Promise<void> },
  files: readonly [worker: string, submitter: string],
  args: readonly string[],
): Promise<[worker: ServerProcess, submitter: ServerProcess]> {
  const started: ServerProcess[] = [];
  try {
    const worker = await ServerProcess.start(files[0], { args });
    started.push(worker);
    return [worker, await ServerProcess.start(files[1], { args })];
  } catch (error) {
    for (const process of started) await process.stop();
    await server.stop();
    throw error;
  }
}
