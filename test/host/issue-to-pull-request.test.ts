import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StoryMesh } from '../e2e/story-mesh.ts';
import { needTool } from './need.ts';

for (const as of ['app', 'token'] as const) {
  describe(`an issue that a mesh builds itself, known at GitHub by its ${as}`, () => {
    let story: StoryMesh;

    before(async () => {
      needTool('git');
      needTool('bwrap');
      story = await StoryMesh.start({ as, names: ['rebate', 'rebategeneral'] });
    });
    after(() => story?.stop());

    /** What the developer was asked once the tests of the repository had failed. */
    const mended = () => story.model.getRequests().filter(({ body }) => /Task:\\nMend it:/.test(JSON.stringify(body)));

    it(`host / issue to pull request / by ${as}: the first patch fails the tests of the repository, the second passes, and then there is a pull request`, {
      timeout: 300_000,
    }, async () => {
      const before: number[] = [];
      story.onRequest = (method, path) => {
        if (method === 'POST' && path.endsWith('/pulls')) before.push(mended().length);
      };
      await story.tell({ name: 'rebate', builder: 'developer' });
      assert.deepEqual(before, [1], 'one pull request, after the second pass');
      assert.match(JSON.stringify(mended()[0]?.body), /24 !== 27/);
      assert.match(await story.lab.bare().text(['show', 'main:src/rebate.js']), /0\.9;/);
    });

    it(`host / issue to pull request / by ${as}: with the general killed at each state, the same is seen, once`, {
      timeout: 400_000,
    }, async () => {
      await story.tell({ name: 'rebategeneral', builder: 'developer' }, (act, state) =>
        // The pull request follows from the approval; here nobody does anything.
        state === 'built' ? act() : story.killing('general', act),
      );
    });
  });
}
