import type { JsonObject } from '../../../domain/json.ts';
import type { Query } from '../../wire/request-target.ts';

const FIRST_VERSION_WITH_MODELS = '2020-05-31';

/** Formats a twin for the api-version of a request. Versions from before Plug and Play have no `modelId`. */
export function formatTwin(twin: JsonObject, query: Query): JsonObject {
  return hasModels(query) ? twin : withoutModel(twin);
}

/** Formats twins like {@link formatTwin}. */
export function formatTwins(twins: readonly JsonObject[], query: Query): readonly JsonObject[] {
  return hasModels(query) ? twins : twins.map(withoutModel);
}

function hasModels(query: Query): boolean {
  return (query.get('api-version') ?? '') >= FIRST_VERSION_WITH_MODELS;
}

function withoutModel({ modelId: _modelId, ...members }: JsonObject): JsonObject {
  return members;
}
