import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';

/** The name of the member that marks an IoT Plug and Play component in a device twin: `"__t": "c"`. */
export const COMPONENT_MARK = '__t';

export function isComponent(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value) && memberOf(value, COMPONENT_MARK) === 'c';
}
