import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import * as z from 'zod';
import { chanceOf } from '../../torture/chance.ts';
import { Outside } from '../../torture/outside.ts';

async function served(t: TestContext) {
  const outside = new Outside(chanceOf(1));
  await outside.listen();
  t.after(() => outside.close());
  const call = (method: string, path: string, body?: object, token = outside.token) =>
    fetch(`${outside.urlFor('n1')}${path}`, {
      method,
      headers: { authorization: `token ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { outside, call };
}

const CommentsSchema = z.array(z.object({ id: z.int(), user: z.object({ login: z.string() }) }));
const commentsIn = async (response: Response) => CommentsSchema.parse(await response.json());

const COMMENTS = '/repos/acme/app/issues/7/comments';

test('torture / outside / it keeps whatever it is sent, lists it in pages, and deletes what it is asked to', async (t) => {
  const { outside, call } = await served(t);
  await Promise.all(Array.from({ length: 5 }, () => call('POST', COMMENTS, { body: 'same' })));
  assert.equal(outside.comments().length, 5);
  const first = await call('GET', `${COMMENTS}?per_page=3`);
  const [comment] = await commentsIn(first);
  assert.ok(comment);
  assert.match(first.headers.get('link') ?? '', /page=2>; rel="next"/);
  const second = await call('GET', `${COMMENTS}?per_page=3&page=2`);
  assert.equal((await commentsIn(second)).length, 2);
  assert.equal(second.headers.get('link'), null);
  assert.equal(Object(await (await call('GET', '/user')).json()).login, comment.user.login);
  assert.equal((await call('DELETE', `/repos/acme/app/issues/comments/${comment.id}`)).status, 204);
  assert.equal((await call('DELETE', `/repos/acme/app/issues/comments/${comment.id}`)).status, 404);
  assert.deepEqual(outside.counts, { written: 5, deleted: 1, lists: 2 });
});

test('torture / outside / another issue has its own, and nothing older than asked for is listed', async (t) => {
  const { call } = await served(t);
  await call('POST', COMMENTS, { body: 'x' });
  const count = async (path: string) => (await commentsIn(await call('GET', path))).length;
  assert.equal(await count('/repos/acme/app/issues/8/comments'), 0);
  assert.equal(await count(`${COMMENTS}?since=2020-01-01T00:00:00Z`), 1);
  assert.equal(await count(`${COMMENTS}?since=2100-01-01T00:00:00Z`), 0);
});

test('torture / outside / a stranger, and a route that is none', async (t) => {
  const { call } = await served(t);
  assert.equal((await call('GET', COMMENTS, undefined, 'other')).status, 401);
  assert.equal((await call('GET', '/repos/acme/app/pulls')).status, 404);
});

const MOMENTS = [
  { moment: 'before-write', kept: 0, answered: false },
  { moment: 'after-write', kept: 1, answered: false },
  { moment: 'after-answer', kept: 1, answered: true },
] as const;
for (const { moment, kept, answered } of MOMENTS) {
  test(`torture / outside / armed ${moment}: ${kept} kept then, ${answered ? 'an' : 'no'} answer`, async (t) => {
    const { outside, call } = await served(t);
    const struck = Promise.withResolvers<number>();
    outside.arm('another', moment, () => assert.fail('it is not this node that writes'));
    outside.arm('n1', moment, () => struck.resolve(outside.comments().length));
    const posting = call('POST', COMMENTS, { body: 'x' }).then(
      ({ status }) => status === 201,
      () => false,
    );
    assert.equal(await struck.promise, kept);
    if (!answered) outside.close();
    assert.equal(await posting, answered);
  });
}
