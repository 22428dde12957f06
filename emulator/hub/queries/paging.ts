import { isBase64 } from '../../domain/base64.ts';
import { hashText } from '../../domain/hash.ts';
import { formatJson, isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

/** The requested page: the values of `x-ms-max-item-count` and `x-ms-continuation`. */
export interface PageOptions {
  /** 1 to 1000. A larger number means 1000, any other value the default of 100. */
  readonly maximumItemCount?: number | undefined;
  readonly continuationToken?: string | undefined;
}

/** One page of the answer to a query. The last page has no token. */
export interface QueryPage {
  readonly itemType: 'Twin' | 'Raw' | 'DeviceJob' | 'JobResponse';
  readonly items: readonly JsonValue[];
  readonly continuationToken?: string;
}

const DEFAULT_ITEM_COUNT = 100;
// The Azure CLI requests 1000. The documentation of IoT Hub states both 100 and 1000.
const MAXIMUM_ITEM_COUNT = 1000;

/** The start of a page: the first row whose key is not below `key`. Earlier pages had `itemCount` items. */
export interface PagePlace {
  readonly key: string;
  readonly itemCount: number;
}

/** Returns the number of items that a page may have. */
export function pageSizeOf({ maximumItemCount = DEFAULT_ITEM_COUNT }: PageOptions): number {
  if (!Number.isInteger(maximumItemCount) || maximumItemCount < 1) return DEFAULT_ITEM_COUNT;
  return Math.min(maximumItemCount, MAXIMUM_ITEM_COUNT);
}

/** Formats a continuation token. It is opaque to clients, and valid only for the same query. */
export function formatPageToken(query: string, { key, itemCount }: PagePlace): string {
  return btoa(formatJson({ query: hashText(query), key, itemCount }));
}

/** Parses a continuation token. Returns undefined, which means the first page, if there is no token. */
export function parsePageToken(query: string, token: string | undefined): Result<PagePlace | undefined> {
  if (token === undefined || token === '') return ok(undefined);
  const content = decode(token);
  if (content !== undefined && content.query === hashText(query)) {
    const { key, itemCount } = content;
    if (typeof key === 'string' && typeof itemCount === 'number') return ok({ key, itemCount });
  }
  return failed('ArgumentInvalid', 'BadRequest: the continuation token does not belong to this query.');
}

/** Returns the index of the first row whose key is not below `key`. Rows must be in the order of their keys. */
export function indexOfKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string, key: string): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(rows[middle] as Row) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function decode(token: string): JsonObject | undefined {
  if (!isBase64(token)) return undefined;
  const content = parseJson(atob(token));
  return content.ok && isJsonObject(content.value) ? content.value : undefined;
}
