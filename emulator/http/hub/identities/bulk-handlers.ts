import { parseBulkRequest } from '../../../domain/identities/bulk-request.ts';
import { parseKeyRequest } from '../../../domain/identities/key-request.ts';
import { formatJson } from '../../../domain/json.ts';
import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';

/** Creates, updates and deletes many identities: 200 if all went well, else 400 with the same document. */
export function updateDevicesInBulk(hub: Hub, request: HubRequest): Result<Answer> {
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const items = parseBulkRequest(body.value);
  if (!items.ok) return items;
  const { isSuccessful, document } = hub.bulkRegistry.updateRegistry(items.value);
  if (isSuccessful) return answerJson(document);
  const name = 'BulkRegistryOperationFailure';
  // The .NET client looks for the second spelling, and throws without it.
  const headers = ['iothub-errorcode', name, 'IotHubErrorCode', name];
  return ok({ status: 400, headers, body: formatJson(document) });
}

const STATUSES = { all: 200, some: 207, none: 400 } as const;

/** Makes new keys: 200 for all, 207 for some, 400 for none of the identities. */
export function regenerateKeys(hub: Hub, request: HubRequest): Result<Answer> {
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const wanted = parseKeyRequest(body.value);
  if (!wanted.ok) return wanted;
  const { outcome, document } = hub.keys.regenerateKeys(wanted.value);
  const headers = outcome === 'none' ? ['iothub-errorcode', 'BulkRegenerateDeviceKeyOperationFailure'] : [];
  return ok({ status: STATUSES[outcome], headers, body: formatJson(document) });
}
