import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..');

/** The daemon as it is released: what `npm run build` makes, and what end-to-end tests and benchmarks start. */
export function bundleDaemon(outdir: string): Promise<Metafile> {
  return bundle({
    root: ROOT,
    entry: join(ROOT, 'daemon/main.ts'),
    threads: ['daemon/compose-listener.ts'],
    outdir,
  });
}
