import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { OLDEST_NODE_MAJOR } from './install-state.js';

export interface BundleOptions {
  /** The repository: package.json, templates/ and node_modules/ are taken from here. */
  readonly root: string;
  /** Source file to start from; it runs when it is imported. */
  readonly entry: string;
  /** Source files that are started as worker threads by their URL, as paths below the root. */
  readonly threads?: readonly string[];
  /** Folder that is emptied and then holds all the bundle needs to start. */
  readonly outdir: string;
}

/**
 * Bundles the daemon into a folder that starts without node_modules:
 *
 *     mindmesh.js     checks Node's version and imports app/main.js
 *     app/            the code, split so that a command loads only what it uses
 *     daemon/         where threads are started, leading on to app/
 *     prebuilds/      classic-level's addon for every platform it is built for
 *     grammars/       WebAssembly that reads source code, one file a language
 *     templates/      as in the repository
 *     package.json    name, version, `type: module`
 *
 * @returns the outcome as esbuild describes it: inputs, outputs and their sizes in bytes
 * @throws Error when something cannot be resolved, or the bundle would still import a package
 */
export async function bundle({ root, entry, threads = [], outdir }: BundleOptions): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry, ...Object.fromEntries(threads.map((file) => [threadName(file), join(root, file)])) },
    outdir: join(outdir, 'app'),
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${OLDEST_NODE_MAJOR}`,
    // A command is done in a tenth of a second, and a fifth of that is reading its own code. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    // Bundled CommonJS calls require() for Node's own modules, which ES modules do not have.
    banner: {
      js: "import { createRequire as __mmCreateRequire } from 'node:module';\nconst require = __mmCreateRequire(import.meta.url);",
    },
    inject: [SHIM],
    plugins: [keepSourcePaths(root, entry), useCopiedAddon],
    metafile: true,
    logLevel: 'silent', // errors are thrown with their text
  });
  refuseExternals(metafile);
  refuseDynamicPackages(metafile);
  await writeRest(root, outdir);
  for (const file of threads) await writeThread(outdir, file);
  return metafile;
}

/**
 * A source file finds its neighbours by `import.meta`. In the bundle it then finds them under the output folder as it did
 * under the repository: `../templates` of daemon/templates.ts is templates/ in both.
 */
function keepSourcePaths(root: string, entry: string): Plugin {
  return {
    name: 'keep-source-paths',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path.includes('node_modules') || path === SHIM) return undefined;
        const url = `new URL(${JSON.stringify(`../${relative(root, path).replaceAll('\\', '/')}`)}, import.meta.url)`;
        const contents = (await readFile(path, 'utf8'))
          .replaceAll('import.meta.main', String(path === entry))
          .replaceAll('import.meta.url', `${url}.href`)
          .replaceAll('import.meta.filename', `process.getBuiltinModule('node:url').fileURLToPath(${url})`)
          .replaceAll(
            'import.meta.dirname',
            `process.getBuiltinModule('node:url').fileURLToPath(new URL('.', ${url}))`,
          );
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** classic-level looks for its addon beside its own sources; in the bundle it lies in prebuilds/, one up from app/. */
const useCopiedAddon: Plugin = {
  name: 'use-copied-addon',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]classic-level[\\/]binding\.js$/ }, () => ({
      contents: "module.exports = require('node-gyp-build')(require('node:path').join(__dirname, '..'));",
      loader: 'js',
    }));
  },
};

/** A thread is started by the path of its source, which in the bundle only leads on to its code. */
async function writeThread(outdir: string, file: string): Promise<void> {
  const place = join(outdir, file);
  await mkdir(dirname(place), { recursive: true });
  const code = relative(dirname(file), join('app', `${threadName(file)}.js`)).replaceAll('\\', '/');
  await writeFile(place, `import '${code}';\n`);
}

function threadName(file: string): string {
  return basename(file, '.ts');
}

function refuseExternals({ outputs }: Metafile): void {
  const external = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external === true && !isBuiltin(path))
    .map(({ path }) => path);
  if (external.length > 0) throw new Error(`the bundle would still need ${[...new Set(external)].join(', ')}`);
}

/** Of a CommonJS package that is loaded by `import()`, a bundle keeps no named exports, although Node shows them. */
function refuseDynamicPackages({ inputs }: Metafile): void {
  for (const [file, { imports }] of Object.entries(inputs)) {
    const broken = imports.find(({ kind, path }) => kind === 'dynamic-import' && inputs[path]?.format === 'cjs');
    if (broken === undefined) continue;
    throw new Error(`${file} loads ${broken.path} by import(): load a file of ours that imports it by name`);
  }
}

async function writeRest(root: string, outdir: string): Promise<void> {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const packageJson = { name, version, license, type: 'module', engines: { node: `>=${OLDEST_NODE_MAJOR}` } };
  await writeFile(join(outdir, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);
  await writeFile(join(outdir, 'mindmesh.js'), LAUNCHER);
  await chmod(join(outdir, 'mindmesh.js'), 0o755);
  await cp(join(findPackage('classic-level'), 'prebuilds'), join(outdir, 'prebuilds'), { recursive: true });
  await cp(join(root, 'templates'), join(outdir, 'templates'), { recursive: true });
  await copyGrammars(join(outdir, 'grammars'));
}

/** Where daemon/retrieval/grammars.ts looks for them first. */
async function copyGrammars(dir: string): Promise<void> {
  const isGrammar = (path: string) => !/\.(js|d\.ts)$/.test(path);
  await cp(findPackage('@vscode/tree-sitter-wasm'), dir, { recursive: true, filter: isGrammar });
  await cp(join(findPackage('web-tree-sitter'), 'web-tree-sitter.wasm'), join(dir, 'web-tree-sitter.wasm'));
}

function findPackage(name: string): string {
  return dirname(new URL(import.meta.resolve(name)).pathname);
}

/** What bundled CommonJS expects to find; the only source whose `import.meta` is that of the bundle. */
const SHIM = join(import.meta.dirname, 'bundle-shim.ts');

/** Nothing here is newer than Node 14, so that an older Node reaches the sentence. */
const LAUNCHER = `#!/usr/bin/env node
if (Number.parseInt(process.versions.node, 10) < ${OLDEST_NODE_MAJOR}) {
  process.stderr.write(
    'mindmesh needs Node ${OLDEST_NODE_MAJOR} or newer: this is Node ' + process.versions.node + '; install a newer one from https://nodejs.org.\\n',
  );
  process.exit(1);
}
await import('./app/main.js');
`;
