import type { Score } from './rank.ts';

/** Each node in turn, in the order of their ids; the cursor moves on with every choice. */
export const scoreByTurn: Score = (offering, pool, { cursor }) => {
  const place = pool.indexOf(offering);
  const turn = (place - (cursor % pool.length) + pool.length) % pool.length;
  return { score: 1 - turn / pool.length, reason: turn === 0 ? 'its turn' : `${turn} after the one whose turn it is` };
};
