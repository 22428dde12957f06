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

/** A registered device or module that can connect with the Azure SDK. */
export interface ProvisionedClient<SdkClient extends AnyClient = AnyClient> {
  readonly deviceId: string;
  readonly moduleId: string | undefined;
  /** The connection string with the name of the hub. A client without a key has `x509=true`. */
  readonly connectionString: string;
  /** The certificate and private key of a client without a symmetric key. */
  readonly certificate: ClientCertificateFiles | undefined;
  /**
   * Creates a client of the SDK that is not connected yet. Pass options of the SDK (`modelId`, `tokenRenewal`, …) here.
   * A later `setOptions` would replace the options that connect the client to the hub.
   */
  createClient(transport?: Transport, options?: SdkClientOptions): Promise<SdkClient>;
  /** Creates and connects a client of the SDK. The disposal of the hub closes it. */
  connect(transport?: Transport, options?: SdkClientOptions): Promise<SdkClient>;
}

export type SdkClientOptions = Partial<DeviceClientOptions>;
export type ProvisionedDevice = ProvisionedClient<Client>;
export type ProvisionedModule = ProvisionedClient<ModuleClient>;

/** The authentication of a client. */
export type ClientAuthentication = 'symmetricKey' | 'selfSigned' | 'certificateAuthority';

/** Creates a client of the SDK. Without a wiring it connects to its host name. */
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

// The default of the SDK. Without a policy, the HTTP transport of the SDK never calls back from `setOptions`.
const DEFAULT_RECEIVE_POLICY = { interval: 1, drain: true };

// The SDK connects to the gateway, but sends the name and the token of the hub. A transport with an agent could use
// the name alone, but a module can invoke methods only with a gateway.
function gatewayOf(transport: Transport, { host, mqttPort, hostName }: Wiring): string {
  return transport === 'mqtt' ? `${host}:${mqttPort}` : hostName;
}

function withGateway(connectionString: string, gateway: string | undefined): string {
  return gateway === undefined ? connectionString : `${connectionString};GatewayHostName=${gateway}`;
}
