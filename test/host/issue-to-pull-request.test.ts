import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StoryMesh } from '../e2e/story-mesh.ts';
import { needTool } from './need.ts';

describe('an issue that the mesh builds itself', () => {
  let story: StoryMesh;

  before(async () => {
    needTool('git');
    needTool('bwrap');
    story = await StoryMesh.start({ as: 'token', names: ['rebate', 'rebategeneral'] });
  });
  after(() => story?.stop());

  /** How often the developer was told what the tests of the repository said of its change. */
  const mended = () => story.model.getRequests().filter(({ body }) => /Task:\\nMend it:/.test(JSON.stringify(body)));

  it('host / issue to pull request / the first patch fails the tests of the repository, the second passes, and then there is a pull request', {
    timeout: 300_000,
  }, async () => {
    const before: number[] = [];
    story.onRequest = (method, path) => {
      if (method === 'POST' && path.endsWith('/pulls')) before.push(mended().length);
    };
    await story.tell({ name: 'rebate', builder: 'developer' });
    assert.deepEqual(before, [1], 'one pull request, after the second pass');
    assert.match(JSON.stringify(mended()[0]?.body), /24 !== 27/);
    const files = await story.lab.bare().text(['show', 'main:src/rebate.js']);
    assert.match(files, /0\.9;/);
  });

  it('host / issue to pull request / with the general killed at each state, the same is seen, once', {
    timeout: 400_000,
  }, async () => {
    await story.tell({ name: 'rebategeneral', builder: 'developer' }, (act, state) =>
      // What an approval begins is told as a pull request; that is no act of anybody.
      state === 'built' ? act() : story.killing('general', act),
    );
  });
});
