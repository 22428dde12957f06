import type { Agent } from 'node:https';
import type { Client, DigitalTwinClient, JobClient, Registry } from 'azure-iothub';
import type { ClientName } from './client-names.ts';
import { loadSdk } from './sdk.ts';
import { createDigitalTwinClient, withAgent } from './wiring.ts';

/** The timeouts of a direct method. The default is 0 for the connection of the client, and 30 for its response. */
export interface MethodTimeouts {
  readonly connectTimeoutInSeconds?: number;
  readonly responseTimeoutInSeconds?: number;
}

/** The response of a client to a direct method. */
export interface MethodAnswer {
  readonly status: number;
  readonly payload: unknown;
}

/** The service clients of the SDK, connected to the hub. The default connection string is that of the hub. */
export interface ServiceClients {
  registry(connectionString?: string): Registry;
  jobClient(connectionString?: string): JobClient;
  digitalTwinClient(connectionString?: string): DigitalTwinClient;
  /** Creates a service `Client` of the SDK. It can invoke direct methods; its other operations need AMQP. */
  serviceClient(connectionString?: string): Client;
  /**
   * Invokes a direct method with the SDK. Rejects with the error of the SDK. The payload is `null` by default, because
   * the Node device client refuses a method without a payload.
   */
  invokeMethod(
    client: ClientName,
    methodName: string,
    payload?: unknown,
    timeouts?: MethodTimeouts,
  ): Promise<MethodAnswer>;
}

/** Creates the service clients. Without an agent they connect to their host name. */
export function createServiceClients(ownConnectionString: string, agent: Agent | undefined): ServiceClients {
  const serviceClient = (connectionString = ownConnectionString) =>
    withAgent(loadSdk('azure-iothub').Client.fromConnectionString(connectionString), agent);
  const registry = (connectionString = ownConnectionString) =>
    withAgent(loadSdk('azure-iothub').Registry.fromConnectionString(connectionString), agent);
  // Created when first used, because loading the SDK takes longer than starting a hub.
  let ownRegistry: Registry | undefined;
  let ownClient: Client | undefined;
  return {
    registry: (connectionString) => {
      if (connectionString !== undefined) return registry(connectionString);
      ownRegistry ??= registry();
      return ownRegistry;
    },
    jobClient: (connectionString = ownConnectionString) =>
      withAgent(loadSdk('azure-iothub').JobClient.fromConnectionString(connectionString), agent),
    digitalTwinClient: (connectionString = ownConnectionString) =>
      createDigitalTwinClient(connectionString, agent),
    serviceClient,
    invokeMethod: async ({ deviceId, moduleId }, methodName, payload, timeouts) => {
      ownClient ??= serviceClient();
      const call = { methodName, payload: payload ?? null, ...timeouts };
      const { result } = await (moduleId === undefined
        ? ownClient.invokeDeviceMethod(deviceId, call)
        : ownClient.invokeDeviceMethod(deviceId, moduleId, call));
      return result;
    },
  };
}
