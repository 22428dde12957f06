import type { Agent } from 'node:https';
import type { Client, DeviceClientOptions, ModuleClient } from 'azure-iot-device';
import { loadSdk } from './sdk.ts';
import {
  type AnyClient,
  type ClientCertificateFiles,
  type Transport,
  transportOf,
  type Wiring,
} from './wiring.ts';

/** A registered device or module, ready to be connected with the real SDK. */
export interface ProvisionedClient<SdkClient extends AnyClient = AnyClient> {
  readonly deviceId: string;
  readonly moduleId: string | undefined;
  /** With the hub's own name; `x509=true` stands where a key would. */
  readonly connectionString: string;
  /** The certificate and private key of a client that has no symmetric key. */
  readonly certificate: ClientCertificateFiles | undefined;
  /**
   * A client of the real SDK, wired to the hub, not yet connected. Pass the SDK's own options here (`modelId`,
   * `tokenRenewal`, …): a later `setOptions` would replace the ones that wire it.
   */
  createClient(transport?: Transport, options?: SdkClientOptions): Promise<SdkClient>;
  /** A connected client of the real SDK; the hub's disposal closes it. */
  connect(transport?: Transport, options?: SdkClientOptions): Promise<SdkClient>;
}

export type SdkClientOptions = Partial<DeviceClientOptions>;
export type ProvisionedDevice = ProvisionedClient<Client>;
export type ProvisionedModule = ProvisionedClient<ModuleClient>;

/** How a client is to prove who it is. */
export type ClientAuthentication = 'symmetricKey' | 'selfSigned' | 'certificateAuthority';

/** Makes a client of the SDK; without a wiring it goes where its host name leads. */
export async function createSdkClient(
  client: {
    readonly hostName: string;
    readonly deviceId: string;
    readonly moduleId: string | undefined;
    readonly connectionString: string;
    readonly certificate: ClientCertificateFiles | undefined;
  },
  transport: Transport,
  options: SdkClientOptions,
  wiring: { readonly wiring: Wiring; readonly agent: Agent } | undefined,
): Promise<AnyClient> {
  const { Client, ModuleClient, X509AuthenticationProvider } = loadSdk('azure-iot-device');
  const Class = client.moduleId === undefined ? Client : ModuleClient;
  const Transport = transportOf(transport);
  const gateway = wiring && gatewayOf(transport, wiring.wiring);
  const { certificate } = client;
  const sdkClient =
    certificate === undefined
      ? Class.fromConnectionString(withGateway(client.connectionString, gateway), Transport)
      : Class.fromAuthenticationProvider(
          new X509AuthenticationProvider({
            host: client.hostName,
            deviceId: client.deviceId,
            ...(client.moduleId === undefined ? {} : { moduleId: client.moduleId }),
            ...(gateway === undefined ? {} : { gatewayHostName: gateway }),
          }),
          Transport,
        );
  await sdkClient.setOptions({
    ...options,
    ...certificate,
    ...(wiring && {
      ca: wiring.wiring.authorityPem,
      mqtt: { ...options.mqtt, webSocketAgent: wiring.agent },
      http: { receivePolicy: DEFAULT_RECEIVE_POLICY, ...options.http, agent: wiring.agent },
    }),
  } as Parameters<AnyClient['setOptions']>[0]);
  return sdkClient;
}

// The SDK's own default; without a policy its HTTP transport never says that the options are set.
const DEFAULT_RECEIVE_POLICY = { interval: 1, drain: true };

// The socket goes to the gateway while name and token stay the hub's. Where an agent leads to the hub
// the name would do, but a module can invoke methods at a gateway only.
function gatewayOf(transport: Transport, { host, mqttPort, hostName }: Wiring): string {
  return transport === 'mqtt' ? `${host}:${mqttPort}` : hostName;
}

function withGateway(connectionString: string, gateway: string | undefined): string {
  return gateway === undefined ? connectionString : `${connectionString};GatewayHostName=${gateway}`;
}
