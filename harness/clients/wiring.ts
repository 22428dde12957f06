import { Agent, type AgentOptions } from 'node:https';
import type { Client as DeviceClient, ModuleClient } from 'azure-iot-device';
import type { Client, DigitalTwinClient, JobClient, Registry } from 'azure-iothub';
import { loadSdk } from './sdk.ts';

/** The transport of a device or module client. */
export type Transport = 'mqtt' | 'mqtt-ws' | 'http';

/** The address of an emulated hub. The SDKs know only its host name and the ports 443 and 8883. */
export interface Wiring {
  readonly hostName: string;
  readonly host: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  /** The certificate of the authority that signed the server certificate, as PEM text. */
  readonly authorityPem: string;
}

/** The certificate and private key of a client, as PEM text. */
export interface ClientCertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Creates an HTTPS agent that sends requests for the host name of the hub to its address.
 * The SDKs have no option for a port, but all of them have one for an agent.
 */
export function createAgent(wiring: Wiring, certificate?: ClientCertificateFiles): Agent {
  const agent = new Agent({ keepAlive: true, ca: wiring.authorityPem, ...certificate });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const { host, httpsPort: port, hostName: servername } = wiring;
    return connect({ ...options, host, port, servername } as AgentOptions, callback);
  };
  return agent;
}

/** Sets the agent of a service client. It must use the REST client inside, which is not public. */
export function withAgent<Service extends Registry | JobClient | Client>(
  service: Service,
  agent: Agent | undefined,
): Service {
  if (agent === undefined) return service;
  const { _restApiClient: restApiClient } = service as unknown as {
    readonly _restApiClient?: { setOptions?(options: object): void };
  };
  if (restApiClient?.setOptions === undefined) {
    throw new Error(
      `This version of azure-iothub is not supported: ${service.constructor.name} has no '_restApiClient'.`,
    );
  }
  restApiClient.setOptions({ http: { agent } });
  return service;
}

/** Creates a client for digital twins. Its credentials set the agent of each request when they sign it. */
export function createDigitalTwinClient(
  connectionString: string,
  agent: Agent | undefined,
): DigitalTwinClient {
  const { DigitalTwinClient, IoTHubTokenCredentials } = loadSdk('azure-iothub');
  const credentials = new IoTHubTokenCredentials(connectionString);
  if (agent !== undefined) {
    const sign = credentials.signRequest.bind(credentials);
    credentials.signRequest = (request) => {
      request.agentSettings = { http: agent, https: agent };
      return sign(request);
    };
  }
  return new DigitalTwinClient(credentials);
}

/** Returns the class of the SDK for a transport. */
export function transportOf(transport: Transport): unknown {
  switch (transport) {
    case 'mqtt':
      return loadSdk('azure-iot-device-mqtt').Mqtt;
    case 'mqtt-ws':
      return loadSdk('azure-iot-device-mqtt').MqttWs;
    case 'http':
      return loadSdk('azure-iot-device-http').Http;
  }
}

export type AnyClient = DeviceClient | ModuleClient;
