import type { Agent } from 'node:https';
import type { Client, DigitalTwinClient, JobClient, Registry } from 'azure-iothub';
import type { ClientName } from './client-names.ts';
import { loadSdk } from './sdk.ts';
import { createDigitalTwinClient, withAgent } from './wiring.ts';

/** How long the hub waits for a client to connect (0 unless told) and for its answer (30, at least 5). */
export interface MethodTimeouts {
  readonly connectTimeoutInSeconds?: number;
  readonly responseTimeoutInSeconds?: number;
}

/** What a client answered to a direct method. */
export interface MethodAnswer {
  readonly status: number;
  readonly payload: unknown;
}

/** Service clients of the real SDK, wired to the hub; with another policy's connection string where one is given. */
export interface ServiceClients {
  registry(connectionString?: string): Registry;
  jobClient(connectionString?: string): JobClient;
  digitalTwinClient(connectionString?: string): DigitalTwinClient;
  /** The SDK's service `Client`: direct methods. Its other operations need AMQP. */
  serviceClient(connectionString?: string): Client;
  /** Invokes a direct method through the SDK; it rejects with the SDK's error. */
  invokeMethod(
    client: ClientName,
    methodName: string,
    payload?: unknown,
    timeouts?: MethodTimeouts,
  ): Promise<MethodAnswer>;
}

/** Makes the service clients; without an agent they go where their host name leads. */
export function createServiceClients(ownConnectionString: string, agent: Agent | undefined): ServiceClients {
  const serviceClient = (connectionString = ownConnectionString) =>
    withAgent(loadSdk('azure-iothub').Client.fromConnectionString(connectionString), agent);
  const registry = (connectionString = ownConnectionString) =>
    withAgent(loadSdk('azure-iothub').Registry.fromConnectionString(connectionString), agent);
  // Made when first needed, for the SDK takes longer to load than a hub to start.
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
      const call = { methodName, payload, ...timeouts };
      const { result } = await (moduleId === undefined
        ? ownClient.invokeDeviceMethod(deviceId, call)
        : ownClient.invokeDeviceMethod(deviceId, moduleId, call));
      return result;
    },
  };
}
