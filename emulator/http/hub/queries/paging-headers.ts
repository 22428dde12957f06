import type { JsonObject } from '../../../domain/json.ts';
import type { Result } from '../../../domain/result.ts';
import type { PageOptions, QueryPage } from '../../../hub/queries/paging.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { formatTwins } from '../twins/twin-format.ts';

/** Parses which page is requested, from the headers or, as jobs document it, from the query. */
export function parsePage({ headers, query }: HttpRequest): PageOptions {
  const count = headers['x-ms-max-item-count'] ?? query.get('pagesize');
  const token = headers['x-ms-continuation'] ?? query.get('continuationtoken');
  return {
    maximumItemCount: typeof count === 'string' && /^\d+$/.test(count) ? Number(count) : undefined,
    continuationToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

/** Answers with a bare array. The last page has no continuation header: the Node client never ends at an empty one. */
export function answerPage(
  { itemType, items, continuationToken }: QueryPage,
  request: HttpRequest,
): Result<Answer> {
  const headers = ['x-ms-item-type', itemType];
  if (continuationToken !== undefined) headers.push('x-ms-continuation', continuationToken);
  if (itemType !== 'Twin') return answerJson(items, headers);
  // The items of a page of twins are objects.
  return answerJson(formatTwins(items as readonly JsonObject[], request.query), headers);
}
