import type { JsonObject } from '../../../domain/json.ts';
import type { Query } from '../../wire/request-target.ts';

const FIRST_VERSION_WITH_MODELS = '2020-05-31';

/** A twin as the request's api-version prints it: those from before Plug and Play know no `modelId`. */
export function formatTwin(twin: JsonObject, query: Query): JsonObject {
  const apiVersion = query.get('api-version') ?? '';
  if (apiVersion >= FIRST_VERSION_WITH_MODELS) return twin;
  const { modelId: _modelId, ...members } = twin;
  return members;
}
