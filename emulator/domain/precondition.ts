/** What an `If-Match` header asks: nothing, that the entity exists, or that it still bears this etag (without quotes). */
export type Precondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'etag'; readonly etag: string };

export const NO_PRECONDITION: Precondition = { kind: 'none' };

/** Whether a write may go on; without a precondition it may. */
export function isMet(precondition: Precondition, etag: string): boolean {
  return precondition.kind !== 'etag' || precondition.etag === etag;
}
