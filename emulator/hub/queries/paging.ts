import { formatJson, isJsonObject, type JsonObject, parseJson } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { PageOptions } from '../service-operations.ts';

const DEFAULT_ITEM_COUNT = 100;
// As many as the Azure CLI asks for; the hub's own documents name 100 and 1000.
const MAXIMUM_ITEM_COUNT = 1000;

/** Where a page begins: at the first row whose key is not below `key`; earlier pages gave `itemCount` items. */
export interface PagePlace {
  readonly key: string;
  readonly itemCount: number;
}

/** The number of items that a page may have. */
export function pageSizeOf({ maximumItemCount = DEFAULT_ITEM_COUNT }: PageOptions): number {
  if (!Number.isInteger(maximumItemCount) || maximumItemCount < 1) return DEFAULT_ITEM_COUNT;
  return Math.min(maximumItemCount, MAXIMUM_ITEM_COUNT);
}

/** A continuation token: opaque to clients, and bound to the query that it belongs to. */
export function formatPageToken(query: string, { key, itemCount }: PagePlace): string {
  return btoa(formatJson({ query: fingerprintOf(query), key, itemCount }));
}

/** The mirror of {@link formatPageToken}; without a token the first page is meant. */
export function parsePageToken(query: string, token: string | undefined): Result<PagePlace | undefined> {
  if (token === undefined || token === '') return ok(undefined);
  const content = decode(token);
  if (content !== undefined && content.query === fingerprintOf(query)) {
    const { key, itemCount } = content;
    if (typeof key === 'string' && typeof itemCount === 'number') return ok({ key, itemCount });
  }
  return failed('ArgumentInvalid', 'BadRequest: the continuation token does not belong to this query.');
}

/** The index of the first row whose key is not below the wanted one; rows come in the order of their keys. */
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
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) return undefined;
  const content = parseJson(atob(token));
  return content.ok && isJsonObject(content.value) ? content.value : undefined;
}

// FNV-1a: it need not resist anybody, only tell one query from another.
function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
