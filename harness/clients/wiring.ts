import { Agent, type AgentOptions } from 'node:https';
import type { Client as DeviceClient, ModuleClient } from 'azure-iot-device';
import type { Client, DigitalTwinClient, JobClient, Registry } from 'azure-iothub';
import { loadSdk } from './sdk.ts';

/** How a device or module client reaches the hub. */
export type Transport = 'mqtt' | 'mqtt-ws' | 'http';

/** Where an emulated hub really is; the SDKs believe in its name and in the ports 443 and 8883. */
export interface Wiring {
  readonly hostName: string;
  readonly host: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  /** PEM of the authority that signed the hub's certificate. */
  readonly authorityPem: string;
}

/** Certificate and private key of a client, PEM. */
export interface ClientCertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * An HTTPS agent that carries requests for the hub's name to where it listens.
 * The SDKs have no option for a port, but all of them take an agent.
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

/** Makes a service client of the SDK use an agent: the only way is its REST client, which is not public. */
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
      `This version of azure-iothub cannot be wired to a local hub: the REST client of ${service.constructor.name} has moved.`,
    );
  }
  restApiClient.setOptions({ http: { agent } });
  return service;
}

/** A client for digital twins: its credentials see every request on its way, and a request takes an agent. */
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

/** The SDK's class for a transport. */
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
