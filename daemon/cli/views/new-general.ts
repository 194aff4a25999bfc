import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';

export interface NewGeneralView {
  readonly name: string;
  /** Of all generals of one's own. */
  readonly dir: string;
  readonly files: readonly string[];
  /** Absent for a shipped one that is to be changed. */
  readonly specialisation?: string;
}

/** `-o name` is each file that was written. */
export const newGeneralRendering: Rendering<NewGeneralView> = {
  names: ({ files }) => files,
  table: ({ name, dir, files, specialisation }) =>
    [
      ...files.map((file) => `wrote ${clean(file)}`),
      '',
      'In mindmesh.yaml of the nodes that offer it:',
      `  node: { generalsDir: ${clean(dir)} }`,
      ...(specialisation === undefined
        ? [`  generals: [${clean(name)}]`]
        : [
            `  generals: [{ name: ${clean(name)}, specialisations: [${clean(specialisation)}] }]`,
            '',
            'And for the orchestrators:',
            `  routes: [{ match: { kind: pr_created }, generals: [${clean(name)}] }]`,
          ]),
      '',
    ].join('\n'),
};
