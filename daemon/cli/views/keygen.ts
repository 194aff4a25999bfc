import { clean } from '../output/clean.ts';
import { facts } from '../output/facts.ts';
import type { Rendering } from '../output/look.ts';

export interface KeygenView {
  readonly peer: string;
  readonly file: string;
  /** False: the key was there before. */
  readonly created: boolean;
}

export const keygenRendering: Rendering<KeygenView> = {
  names: ({ peer }) => [peer],
  table: ({ peer, file, created }, look) =>
    [
      facts(
        [
          ['peer', peer],
          [created ? 'new key' : 'key', file],
        ],
        look,
        '',
      ),
      `\nThe others list it in mesh.peers:\n  - peer: ${clean(peer)}\n    addresses: [/ip4/ADDRESS/tcp/7946]\n`,
    ].join(''),
};
