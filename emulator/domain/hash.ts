/** Returns the FNV-1a hash of a string, an unsigned 32-bit integer. The hash is stable, but not cryptographic. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
