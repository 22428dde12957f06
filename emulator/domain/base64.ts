const PADDED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const UNPADDED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Returns true for base64 text, also for an empty one. The padding may be absent only if it is optional. */
export function isBase64(text: string, { isPaddingOptional = false } = {}): boolean {
  return (isPaddingOptional ? UNPADDED : PADDED).test(text);
}
