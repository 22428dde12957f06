import { isJsonObject, type JsonValue } from '../../../domain/json.ts';
import type { Result } from '../../../domain/result.ts';
import type { PageOptions, QueryPage } from '../../../hub/queries/paging.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import type { HubRequest } from '../../wire/route.ts';
import { formatTwin } from '../twins/twin-format.ts';

/** Reads which page is wanted, from the headers or, as the jobs' page describes it, from the query. */
export function parsePage({ headers, query }: HubRequest): PageOptions {
  const count = headers['x-ms-max-item-count'] ?? query.get('pagesize');
  const token = headers['x-ms-continuation'] ?? query.get('continuationtoken');
  return {
    maximumItemCount: typeof count === 'string' && /^\d+$/.test(count) ? Number(count) : undefined,
    continuationToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

/** A bare array. The last page has no continuation at all, for an empty one sends the Node client round for ever. */
export function answerPage(page: QueryPage, request: HubRequest): Result<Answer> {
  const { itemType, continuationToken } = page;
  const headers = ['x-ms-item-type', itemType];
  if (continuationToken !== undefined) headers.push('x-ms-continuation', continuationToken);
  const asTwin = (item: JsonValue) => (isJsonObject(item) ? formatTwin(item, request.query) : item);
  return answerJson(itemType === 'Twin' ? page.items.map(asTwin) : page.items, headers);
}
