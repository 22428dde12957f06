import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import type { Emulator } from '../../emulator/emulator.ts';
import { DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';
import { type RawClient, type RawConnectOptions, rawClientOn } from '../mqtt/raw-client.ts';
import { openTls } from './tls-client.ts';

export type RawTransport = 'mqtt' | 'mqtt-ws';

/** Opens a connection and returns its bytes, before any MQTT packet. */
export async function openStream(emulator: Emulator, transport: RawTransport): Promise<Duplex> {
  if (transport === 'mqtt') return openTls(emulator, emulator.mqttPort);
  const address = `wss://${emulator.host}:${emulator.httpsPort}/$iothub/websocket`;
  const webSocket = new WebSocket(address, 'mqtt', { rejectUnauthorized: false });
  await once(webSocket, 'open');
  const stream = createWebSocketStream(webSocket).on('error', () => undefined);
  return stream.once('end', () => stream.destroy());
}

/** Returns a token of a shared access policy, valid for an hour by the clock of the hub. */
export function policyTokenOf({ hub }: Emulator, policyName: string): string {
  const [resource = ''] = hub.hostNames;
  const expirySeconds = Math.floor(hub.clock.now() / 1000) + 3600;
  return formatSasToken({ resource, key: DEFAULT_KEY, expirySeconds, policyName });
}

/** Returns the CONNECT options of a device or module (`device/module`), with a token of the policy `device`. */
export function connectOptionsOf(emulator: Emulator, clientId: string): RawConnectOptions {
  const [hostName = ''] = emulator.hub.hostNames;
  return {
    username: `${hostName}/${clientId}/?api-version=2021-04-12`,
    password: policyTokenOf(emulator, 'device'),
  };
}

/** Returns a client that sends any bytes, after its CONNECT was accepted. */
export async function connectRawClient(
  emulator: Emulator,
  clientId: string,
  { transport = 'mqtt', ...options }: RawConnectOptions & { readonly transport?: RawTransport } = {},
): Promise<RawClient> {
  const client = rawClientOn(await openStream(emulator, transport));
  client.connect(clientId, { ...connectOptionsOf(emulator, clientId), ...options });
  const { returnCode } = await client.next('connack');
  if (returnCode !== 0) throw new Error(`CONNECT was refused with return code ${returnCode}, expected 0.`);
  return client;
}
