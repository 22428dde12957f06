import { parseBulkRequest } from '../../../domain/identities/bulk-request.ts';
import { parseKeyRequest } from '../../../domain/identities/key-request.ts';
import { formatJson } from '../../../domain/json.ts';
import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';

/** Creates, updates and deletes identities in bulk. Answers 200 if all succeeded, otherwise 400 with the same document. */
export function updateRegistry(hub: Hub, request: HttpRequest): Result<Answer> {
  const items = parseJsonBody(request.body, parseBulkRequest);
  if (!items.ok) return items;
  const { isSuccessful, document } = hub.bulkRegistry.updateRegistry(items.value);
  if (isSuccessful) return answerJson(document);
  const name = 'BulkRegistryOperationFailure';
  // The .NET client reads the second spelling, and throws without it.
  const headers = ['iothub-errorcode', name, 'IotHubErrorCode', name];
  return ok({ status: 400, headers, body: formatJson(document) });
}

const STATUSES = { all: 200, some: 207, none: 400 } as const;

/** Regenerates keys. Answers 200 if all succeeded, 207 if some did, 400 if none did. */
export function regenerateKeys(hub: Hub, request: HttpRequest): Result<Answer> {
  const wanted = parseJsonBody(request.body, parseKeyRequest);
  if (!wanted.ok) return wanted;
  const { outcome, document } = hub.keys.regenerateKeys(wanted.value);
  const headers = outcome === 'none' ? ['iothub-errorcode', 'BulkRegenerateDeviceKeyOperationFailure'] : [];
  return ok({ status: STATUSES[outcome], headers, body: formatJson(document) });
}
