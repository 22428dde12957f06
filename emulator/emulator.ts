import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Authority, createAuthority } from './certificates/authority.ts';
import { type ClientCertificate, createClientCertificate, createServerLeaf } from './certificates/leaf.ts';
import { type ClientIdentity, formatClientIdentity } from './domain/identities/client-identity.ts';
import { createHttpDoor } from './http/hub/http-door.ts';
import { answerBrokenRequest } from './http/wire/broken-request.ts';
import { createHub } from './hub/create-hub.ts';
import type { Hub } from './hub/hub.ts';
import type { HubOptions } from './hub/hub-options.ts';
import type { Clock, IdSource, Log } from './hub/ports.ts';
import { listenHttps } from './listen/https.ts';
import type { Patience } from './listen/listener.ts';
import { listenTls } from './listen/tls.ts';
import { acceptWebSockets, type WebSocketHandler } from './listen/websocket.ts';
import { createMqttDoor } from './mqtt/hub/mqtt-door.ts';
import { MQTT_EVENT_FORMATS } from './mqtt/hub/telemetry.ts';

/** What an emulator is made of; ports of 0 are chosen freely. */
export interface EmulatorOptions {
  /** The address to bind. */
  readonly host: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly hub: HubOptions;
  /** Signs the server's certificate, and may sign clients'; one in memory is made where none is given. */
  readonly authority?: Authority;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly patience?: Patience;
}

/** A running emulator; disposing of it closes every socket and timer. */
export interface Emulator extends AsyncDisposable {
  readonly hub: Hub;
  readonly host: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  /** What has come in so far; a broken connection is one that ended in its TLS handshake, or after it by an error. */
  traffic(): {
    readonly requests: number;
    readonly clientConnections: number;
    readonly brokenConnections: number;
  };
  /** PEM of the authority that clients must trust. */
  readonly authorityPem: string;
  /** Makes a certificate for a client, signed by the emulator's authority (which the hub trusts) or by itself. */
  issueCertificate(identity: ClientIdentity, signer: 'authority' | 'self'): Promise<ClientCertificate>;
}

/** The WebSocket path of IoT Hub. */
export const WEBSOCKET_PATH = '/$iothub/websocket';
const MAXIMUM_WEBSOCKET_MESSAGE_BYTES = 1024 * 1024;
// Every SDK of a local hub may call it so, whatever its own name is.
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** Builds the whole house in order and opens its doors; it rejects where an option or a port cannot be used. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { host, clock, ids, log } = options;
  const authority = options.authority ?? (await createAuthority(Date.now()));
  const hostNames = [...new Set([...options.hub.hostNames, ...LOCAL_NAMES])];
  const trustedAuthorities = [...options.hub.trustedAuthorities, authority.certificatePem];
  const created = createHub({ ...options.hub, hostNames, trustedAuthorities }, { clock, ids, log }, [
    MQTT_EVENT_FORMATS,
  ]);
  if (!created.ok) throw new Error(created.error.message);
  const hub = created.value;
  const names = [...new Set([...hostNames, host])];
  const leaf = await createServerLeaf(authority, { names, now: Date.now() });
  const traffic = { requests: 0, clientConnections: 0, brokenConnections: 0 };
  const onClientError = (error: Error, remoteAddress: string | undefined) => {
    traffic.brokenConnections += 1;
    log('debug', 'connection-broken', { remoteAddress, message: error.message });
  };
  const { patience = {} } = options;
  const address = { host, key: leaf.keyPem, cert: leaf.certificatePem, onClientError, patience };

  const opened: AsyncDisposable[] = [];
  const close = async () => {
    hub.close();
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const mqtt = await createMqttDoor(hub);
    opened.push(mqtt);
    const http = createHttpDoor({
      hubOf: () => hub,
      peerCertificates: (request) => https.peerCertificatesOf(request.socket as TLSSocket),
    });
    const https = await listenHttps({ ...address, port: options.httpsPort }, (request, response) => {
      traffic.requests += 1;
      http(request, response);
    });
    opened.push(https);
    https.onBrokenRequest((error, socket) => answerBrokenRequest(hub, error, socket));
    const acceptClient = (
      stream: Duplex,
      transport: 'mqtt' | 'mqtt-ws',
      certificates: () => readonly Uint8Array[],
      remoteAddress: string | undefined,
    ) => {
      traffic.clientConnections += 1;
      const address = remoteAddress === undefined ? {} : { remoteAddress };
      mqtt.accept(stream, { certificates, transport, ...address });
    };
    const acceptWebSocket: WebSocketHandler = (stream, request, peerCertificates) =>
      acceptClient(stream, 'mqtt-ws', peerCertificates, request.socket.remoteAddress);
    acceptWebSockets(https, {
      path: WEBSOCKET_PATH,
      subprotocols: new Map([['mqtt', acceptWebSocket]]),
      withoutSubprotocol: acceptWebSocket,
      maximumMessageBytes: MAXIMUM_WEBSOCKET_MESSAGE_BYTES,
      onClientError,
    });
    const mqtts = await listenTls({ ...address, port: options.mqttPort }, (socket, peerCertificates) =>
      acceptClient(socket, 'mqtt', peerCertificates, socket.remoteAddress),
    );
    opened.push(mqtts);
    return {
      hub,
      host,
      httpsPort: https.port,
      mqttPort: mqtts.port,
      traffic: () => ({ ...traffic }),
      authorityPem: authority.certificatePem,
      issueCertificate: (identity, signer) =>
        createClientCertificate({
          commonName: formatClientIdentity(identity),
          now: Date.now(),
          ...(signer === 'authority' ? { authority } : {}),
        }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
