import type { JsonObject } from '../../../domain/json.ts';
import type { Query } from '../../wire/request-target.ts';

const FIRST_VERSION_WITH_MODELS = '2020-05-31';

/** Formats a twin for the api-version of a request. Versions from before Plug and Play have no `modelId`. */
export function formatTwin(twin: JsonObject, query: Query): JsonObject {
  if ((query.get('api-version') ?? '') >= FIRST_VERSION_WITH_MODELS) return twin;
  const { modelId: _modelId, ...members } = twin;
  return members;
}

/** Formats twins like {@link formatTwin}. */
export function formatTwins(twins: readonly JsonObject[], query: Query): readonly JsonObject[] {
  return twins.map((twin) => formatTwin(twin, query));
}
