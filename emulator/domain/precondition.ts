/**
 * The condition of an `If-Match` header. `none`: the header is absent. `any`: the entity must exist.
 * `etag`: the entity must have this etag, given without quotes.
 */
export type Precondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'etag'; readonly etag: string };

export const NO_PRECONDITION: Precondition = { kind: 'none' };

/** Returns whether an existing entity with this etag meets the precondition. */
export function isMet(precondition: Precondition, etag: string): boolean {
  return precondition.kind !== 'etag' || precondition.etag === etag;
}
