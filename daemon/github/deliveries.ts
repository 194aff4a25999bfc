import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import type { Deliveries, DeliveryPage, HookDelivery } from '../../roles/ports/deliveries.ts';
import type { SweptHook } from '../config/sweep.ts';
import type { GitHub, GitHubParameters, GitHubReply } from './client.ts';

/** The most that GitHub gives at once. */
const PER_PAGE = 100;

/** https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook; ids of today are beyond 2⁵³. */
const DeliverySchema = z.object({
  id: z.union([z.int(), z.bigint()]).transform(String),
  guid: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  delivered_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  event: z.string(),
  status_code: z.int(),
});
const PageSchema = z.array(DeliverySchema);

interface Routes {
  readonly hook: string;
  readonly list: string;
  readonly redeliver: string;
  readonly parameters: GitHubParameters;
}

/** What GitHub remembers of a webhook: its deliveries of the last three days. */
export function createDeliveries(hook: SweptHook, github: GitHub): Deliveries {
  const { hook: name, list, redeliver, parameters } = routesOf(hook);
  return {
    hook: name,
    list: async (cursor, signal) => {
      const asked = { ...parameters, per_page: PER_PAGE, ...(cursor !== undefined && { cursor }) };
      return readPage(await github.request(list, asked, signal), list);
    },
    redeliver: async (id, signal) => {
      await github.request(redeliver, { ...parameters, delivery_id: id }, signal);
    },
  };
}

/** The name of a webhook, as `status` and the logs show it. */
export function hookName(hook: SweptHook): string {
  return routesOf(hook).hook;
}

/**
 * https://docs.github.com/rest/repos/webhooks · https://docs.github.com/rest/orgs/webhooks · https://docs.github.com/rest/apps/webhooks
 */
function routesOf(hook: SweptHook): Routes {
  if ('app' in hook) return routes('app', '/app/hook/deliveries', {});
  if ('org' in hook) {
    const { org, hook: hook_id } = hook;
    return routes(`${org}#${hook_id}`, '/orgs/{org}/hooks/{hook_id}/deliveries', { org, hook_id });
  }
  const [owner = '', repo = ''] = hook.repository.split('/');
  const name = `${hook.repository}#${hook.hook}`;
  return routes(name, '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries', { owner, repo, hook_id: hook.hook });
}

function routes(hook: string, path: string, parameters: GitHubParameters): Routes {
  return { hook, list: `GET ${path}`, redeliver: `POST ${path}/{delivery_id}/attempts`, parameters };
}

function readPage({ data, headers }: GitHubReply, request: string): DeliveryPage {
  const parsed = PageSchema.safeParse(data);
  if (!parsed.success) throw new MeshError('github-nonsense', { request, problem: z.prettifyError(parsed.error) });
  const cursor = nextCursor(String(headers.link ?? ''));
  return { deliveries: parsed.data.map(toDelivery), ...(cursor !== undefined && { cursor }) };
}

function toDelivery({ id, guid, delivered_at, event, status_code }: z.infer<typeof DeliverySchema>): HookDelivery {
  return { id, guid, at: delivered_at, event, status: status_code };
}

/** Of a header like `<https://…?per_page=100&cursor=v1_27>; rel="next"`. */
function nextCursor(link: string): string | undefined {
  const next = /<([^>]+)>;[^<]*rel="next"/.exec(link)?.[1];
  return next === undefined ? undefined : (new URL(next).searchParams.get('cursor') ?? undefined);
}
