/**
 * Folders whose tests need more than npm packages: of the machine (a C compiler, shells, root for a mount, git), a cluster, an overlay,
 * a browser. A filter that names one runs it.
 */
export const NEEDS_MORE_THAN_PACKAGES = ['test/host/', 'test/cluster/', 'test/tailnet/', 'test/browser/'];

/** The order in which folders run: what fails fast first. Folders not named here run after these. */
const ORDER = ['test/unit/', 'test/contract/', 'test/sim/', 'test/mesh/', 'test/e2e/'];

/**
 * Chooses the test files to run.
 * @param paths every file under test/, relative to the repository, with `/`
 * @param filters parts of paths; a file runs when it contains one of them, and without filters all run
 */
export function selectTests(paths: readonly string[], filters: readonly string[]): string[] {
  return paths
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .filter((path) => !needsMore(path, filters))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function needsMore(path: string, filters: readonly string[]): boolean {
  const folder = NEEDS_MORE_THAN_PACKAGES.find((prefix) => path.startsWith(prefix));
  return folder !== undefined && !filters.some((filter) => `${filter}/`.startsWith(folder));
}

function rank(path: string): number {
  const index = ORDER.findIndex((folder) => path.startsWith(folder));
  return index === -1 ? ORDER.length : index;
}
