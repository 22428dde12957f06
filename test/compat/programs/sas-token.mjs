import { createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 3600;

/** Returns the fields of a connection string by name. */
export function parseConnectionString(text) {
  return Object.fromEntries(text.split(';').map((field) => field.split(/=(.*)/s, 2)));
}

/** Formats and signs a SAS token, with the name of a policy or for the own key of a client. */
export function formatToken(resource, key, policyName) {
  const encoded = encodeURIComponent(resource);
  const expiry = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${encoded}\n${expiry}`);
  const sig = encodeURIComponent(signature.digest('base64'));
  const policy = policyName === undefined ? '' : `&skn=${policyName}`;
  return `SharedAccessSignature sr=${encoded}&sig=${sig}&se=${expiry}${policy}`;
}
