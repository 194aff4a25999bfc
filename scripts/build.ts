// npm run build: dist/, which starts without node_modules. See bundle.ts for what is in it.
import { resolve } from 'node:path';
import { bundleDaemon } from './bundle-daemon.ts';

const started = performance.now();
const { outputs } = await bundleDaemon(resolve(import.meta.dirname, '../dist'));
const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
const seconds = (performance.now() - started) / 1000;
console.log(
  `build: dist/mindmesh.js, ${Object.keys(outputs).length} chunks, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`,
);
