import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { type PathKind, topFolders } from '../rules/paths.ts';
import { listed } from '../rules/signal.ts';

export const ARCHITECTURE: Lens = {
  view: 'As architecture',
  cares: {
    spread: [1, 'Find out which boundary runs through these parts, and whether it still holds.'],
    'schema-files': [1, 'Write down who relies on this contract and how old and new live side by side.'],
    'dependency-files': [
      1,
      'Ask what the new dependency commits the project to, and whether something present does it.',
    ],
    'manifest-without-lock': [0],
    'infra-files': [0, 'Check that the code does not begin to assume this environment.'],
    'ci-files': [-1],
    'access-files': [0, 'Keep decisions about access in one place.'],
    'generated-files': [0, 'Keep generated code behind an interface of its own.'],
    size: [0, 'Take a change of this size in steps, each of which leaves the design whole.'],
    'mostly-deletions': [0, 'Check whether a boundary disappears with what is removed.'],
    breaking: [1, 'Plan a time in which both forms work, and say when the old one ends.'],
    performance: [0, 'Find out whether the cause is structural before tuning.'],
    revert: [1, 'Ask whether the reverted design or only its form was wrong.'],
    'no-description': [0, 'Ask for the design decision behind it, in three sentences.'],
    'no-criteria': [0, 'Settle which part of the system owns this before it is built.'],
    'no-link': [0],
    'default-target': [0],
    failed: [-1],
    'alert-open': [-1, 'Look for the shared resource behind the alert.'],
    'no-notes': [0, 'State what the version promises about compatibility.'],
  },
  blind: 'dependencies between modules and responsibilities within them',
  judge,
};

const CONTRACTS: readonly PathKind[] = ['schema', 'manifest', 'infra'];

function judge({ paths, about, size }: Sight): Judgement {
  if (paths.length === 0) {
    const files = size.files === undefined ? '' : ` although it counts ${size.files}`;
    return about === 'change'
      ? { headline: `The event names no files${files}, so where it lies on the map is open.` }
      : {};
  }
  const folders = [...topFolders(paths).keys()];
  const contracts = paths.filter(({ kinds }) => CONTRACTS.some((kind) => kinds.has(kind))).map(({ path }) => path);
  const reach = folders.length === 1 ? `It stays within ${folders[0]}` : `It reaches ${listed(folders)}`;
  return {
    headline: `${reach}, and ${contracts.length === 0 ? 'no contract by its path' : `contracts are touched: ${listed(contracts, 3)}`}.`,
  };
}
