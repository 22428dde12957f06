import { textOf } from '../../../domain/binding/typed-members.ts';
import { isJsonObject, type JsonValue, memberInAnyCase } from '../../../domain/json.ts';
import { failed, ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import type { Answer } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { answerPage, parsePage } from './paging-headers.ts';

export function queryTwins(hub: Hub, request: HttpRequest): Result<Answer> {
  const text = parseJsonBody(request.body, parseQueryText);
  if (!text.ok) return text;
  const page = hub.queries.queryTwins(text.value, parsePage(request));
  return page.ok ? answerPage(page.value, request) : page;
}

/** Parses `{"query": "SELECT …"}`. The Go client capitalizes the name. */
function parseQueryText(body: JsonValue): Result<string> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A query must be a JSON object.');
  const text = textOf(memberInAnyCase(body, 'query'), '');
  return text === undefined ? failed('ArgumentInvalid', 'query must be a text.') : ok(text);
}
