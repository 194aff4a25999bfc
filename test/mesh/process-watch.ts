import assert from 'node:assert/strict';

/** What nobody caught in this process: a mesh that meets garbage or a storm must leave this empty. */
const uncaught: unknown[] = [];
process.on('uncaughtExceptionMonitor', (error) => uncaught.push(error));
process.on('unhandledRejection', (error) => uncaught.push(error));

export function assertNothingUncaught(): void {
  assert.deepEqual(uncaught, []);
}
