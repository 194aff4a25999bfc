// Injected by esbuild wherever bundled CommonJS names these; the paths are those of the bundle's app/ folder.
import { fileURLToPath } from 'node:url';

export const __filename = fileURLToPath(import.meta.url);
export const __dirname = fileURLToPath(new URL('.', import.meta.url));
