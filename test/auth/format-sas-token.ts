import { createHmac } from 'node:crypto';

/** Formats and signs a SAS token for `resource` (not encoded: `host`, `host/devices/d`, …). */
export function formatSasToken(request: {
  readonly resource: string;
  /** Base64. */
  readonly key: string;
  readonly expirySeconds: number;
  readonly policyName?: string;
}): string {
  const resource = encodePercent(request.resource);
  const expiry = String(request.expirySeconds);
  const signature = encodePercent(sign(request.key, `${resource}\n${expiry}`));
  const policy = request.policyName ? `&skn=${encodePercent(request.policyName)}` : '';
  return `SharedAccessSignature sr=${resource}&sig=${signature}&se=${expiry}${policy}`;
}

function sign(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
}

/** Percent-encodes everything except letters, digits and `-_.~`, as .NET, Java and Python do. */
function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
