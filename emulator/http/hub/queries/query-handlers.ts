import { isJsonObject, memberInAnyCase } from '../../../domain/json.ts';
import { failed, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import type { Answer } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';
import { answerPage, parsePage } from './paging-headers.ts';

/** Runs `{"query": "SELECT …"}`; the Go client writes the name with a capital. */
export function runQuery(hub: Hub, request: HubRequest): Result<Answer> {
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  if (!isJsonObject(body.value)) return failed('ArgumentInvalid', 'A query must be a JSON object.');
  const text = memberInAnyCase(body.value, 'query') ?? '';
  if (typeof text !== 'string') return failed('ArgumentInvalid', 'query must be a text.');
  const page = hub.queries.queryTwins(text, parsePage(request));
  return page.ok ? answerPage(page.value, request) : page;
}
