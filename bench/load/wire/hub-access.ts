import { createHmac } from 'node:crypto';
import type { Credentials } from './frames.ts';

/** What a load needs to authenticate at a hub; absent for a server that does not authenticate. */
export interface HubAccess {
  readonly hostName: string;
  readonly key: string;
}

/** A SAS token of a policy, for the whole hub. */
export function policyToken({ hostName, key }: HubAccess, policyName: string): string {
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(`${hostName}\n${expiry}`)
    .digest('base64');
  return `SharedAccessSignature sr=${hostName}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${policyName}`;
}

/** MQTT credentials of a client (`device` or `device/module`). */
export function credentialsOf(clientId: string, hub: HubAccess): Credentials {
  const [deviceId, moduleId] = clientId.split('/');
  const path = moduleId === undefined ? `${deviceId}` : `${deviceId}/${moduleId}`;
  return {
    userName: `${hub.hostName}/${path}/?api-version=2021-04-12`,
    password: policyToken(hub, 'device'),
  };
}
