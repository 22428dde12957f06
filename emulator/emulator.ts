import { createAuthority } from './certificates/authority.ts';
import { type ClientCertificate, createClientCertificate, createServerLeaf } from './certificates/leaf.ts';
import { createRsaKey } from './certificates/rsa-key.ts';
import { createFailureLog } from './connection-failures.ts';
import { type ClientIdentity, formatClientIdentity } from './domain/identities/client-identity.ts';
import { type PartialEmulatorOptions, withDefaults } from './emulator-options.ts';
import { type DoorName, ENDPOINTS, endpointNamesOf, mapPorts, type Ports, portKeyOf } from './endpoints.ts';
import { createHttpDoor } from './http/hub/http-door.ts';
import type { Hub } from './hub/hub.ts';
import { createHub } from './hub/hub.ts';
import { createHubOf } from './hub/hub-of.ts';
import type { Listener } from './listen/listener.ts';
import type { TakeClientError } from './listen/tls-failures.ts';
import { MQTT_EVENT_FORMATS } from './mqtt/hub/events/telemetry.ts';
import { createMqttDoor } from './mqtt/hub/mqtt-door.ts';
import { type Door, openEndpoint, type Traffic } from './open-endpoint.ts';

/** A running emulator with the ports of its endpoints. Its disposal closes every socket and cancels every timer. */
export interface Emulator extends Ports, AsyncDisposable {
  readonly hub: Hub;
  /** The bound address. */
  readonly host: string;
  traffic(): Readonly<Traffic>;
  /** The certificate of the authority that clients must trust, as PEM text. */
  readonly authorityPem: string;
  /**
   * Adds an RSA certificate for clients that support no ECDSA. All others get the P-256 certificate as before. The
   * default is a new key, which takes a tenth of a second or more.
   */
  addRsaCertificate(keyPem?: string): Promise<void>;
  /** Issues a client certificate, signed by the authority of the emulator (which the hub trusts) or by itself. */
  issueCertificate(identity: ClientIdentity, signer: 'authority' | 'self'): Promise<ClientCertificate>;
}

/** Starts a hub with its doors and listeners. Rejects if an option is invalid or a port is not available. */
export async function startEmulator(partialOptions: PartialEmulatorOptions = {}): Promise<Emulator> {
  const options = withDefaults(partialOptions);
  const { host, clock, ids, log, timeouts, requestsBrowserCertificates } = options;
  const authority = options.authority ?? (await createAuthority(Date.now()));
  const hubOptions = {
    ...options.hub,
    trustedAuthorities: [...options.hub.trustedAuthorities, authority.certificatePem],
  };
  const created = createHub(hubOptions, { clock, ids, log }, [MQTT_EVENT_FORMATS]);
  if (!created.ok) throw new Error(created.error.message);
  const hub = created.value;
  const hubOf = createHubOf([hub]);
  const traffic = { requests: 0, clientConnections: 0, brokenConnections: 0 };
  const logFailure = createFailureLog(log);
  const onClientError: TakeClientError = (...failure) => {
    traffic.brokenConnections += 1;
    logFailure(...failure);
  };
  const names = endpointNamesOf(hub.hostNames);
  const leaf = await createServerLeaf(authority, { names, now: Date.now() });
  const certificate = { key: leaf.keyPem, cert: leaf.certificatePem };
  const listen = { host, ...certificate, onClientError, timeouts, requestsBrowserCertificates };

  const opened: AsyncDisposable[] = [];
  const listeners: Listener[] = [];
  const close = async () => {
    hub.close();
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const mqtt = await createMqttDoor({ hubOf, clock, log });
    opened.push(mqtt);
    const doors: Readonly<Record<DoorName, Door>> = {
      http: createHttpDoor({ hubOf }),
      mqtt,
    };
    const context = { doors, listen, traffic };
    const ports = new Map<string, number>();
    for (const endpoint of ENDPOINTS) {
      const listener = await openEndpoint(endpoint, options[portKeyOf(endpoint.name)], context);
      opened.push(listener);
      listeners.push(listener);
      ports.set(endpoint.name, listener.port);
    }
    return {
      ...mapPorts(({ name }) => ports.get(name) ?? 0),
      hub,
      host,
      traffic: () => ({ ...traffic }),
      authorityPem: authority.certificatePem,
      addRsaCertificate: async (keyPem) => {
        const rsaKeyPem = keyPem ?? (await createRsaKey());
        const rsa = await createServerLeaf(authority, { names, now: Date.now(), rsaKeyPem });
        for (const listener of listeners)
          listener.addCertificate({ key: rsa.keyPem, cert: rsa.certificatePem });
      },
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
