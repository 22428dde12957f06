import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import type { Device, Module, Registry } from 'azure-iothub';
import type { ClientName } from './clients/client-names.ts';
import {
  type ClientAuthentication,
  createSdkClient,
  type ProvisionedClient,
  type ProvisionedDevice,
  type ProvisionedModule,
  type SdkClientOptions,
} from './clients/provisioned-client.ts';
import { createServiceClients, type ServiceClients } from './clients/service-clients.ts';
import {
  type AnyClient,
  type ClientCertificateFiles,
  createAgent,
  type Transport,
  type Wiring,
} from './clients/wiring.ts';

/** The identity to register. Absent ids are generated. The device of a module is registered if it does not exist. */
export interface ProvisionRequest {
  readonly deviceId?: string;
  readonly authentication?: ClientAuthentication;
}

/** A hub with clients of the SDKs. An emulated hub and a live hub have this type. */
export interface HubUnderTest extends ServiceClients, AsyncDisposable {
  readonly hostName: string;
  /** The connection string of a policy with all permissions of a back end. */
  readonly connectionString: string;
  provision(request: ProvisionRequest & { readonly moduleId: string | true }): Promise<ProvisionedModule>;
  provision(request?: ProvisionRequest): Promise<ProvisionedDevice>;
}

/** The values in which an emulated hub and a live hub differ. */
export interface HubConnection {
  readonly hostName: string;
  readonly connectionString: string;
  readonly wiring: Wiring | undefined;
  /** The prefix of generated device ids, so that two runs on one live hub have different devices. */
  readonly idPrefix: string;
  issueCertificate(client: ClientName, signer: 'authority' | 'self'): Promise<ClientCertificateFiles>;
  /** Closes the hub or deletes its devices, after the clients are closed. */
  close(clients: { registry(): Registry; readonly deviceIds: readonly string[] }): Promise<void>;
}

/** Creates a hub with clients. Its disposal closes all of them. */
export function createHubUnderTest(connection: HubConnection): HubUnderTest {
  const { hostName, connectionString, wiring } = connection;
  const agents: Agent[] = [];
  const openClients = new Set<AnyClient>();
  const deviceIds = new Set<string>();
  let count = 0;
  const services = createServiceClients(connectionString, wiring && agentFor(undefined));

  return {
    ...services,
    hostName,
    connectionString,
    provision: provision as HubUnderTest['provision'],
    [Symbol.asyncDispose]: async () => {
      // Also closes clients that are still connecting, because they would retry after the end of the hub.
      await Promise.allSettled([...openClients].map((client) => client.close()));
      try {
        await connection.close({ registry: services.registry, deviceIds: [...deviceIds] });
      } finally {
        for (const agent of agents) agent.destroy();
      }
    },
  };

  async function provision(
    request: ProvisionRequest & { readonly moduleId?: string | true } = {},
  ): Promise<ProvisionedClient> {
    const deviceId = request.deviceId ?? nextId('device');
    const moduleId = request.moduleId === true ? nextId('module') : request.moduleId;
    const kind = request.authentication ?? 'symmetricKey';
    const certificate =
      kind === 'symmetricKey'
        ? undefined
        : await connection.issueCertificate(
            { deviceId, moduleId },
            kind === 'selfSigned' ? 'self' : 'authority',
          );
    const authentication = authenticationOf(kind, certificate);
    const identity = await register({ deviceId, moduleId }, authentication);
    const key = identity.authentication?.symmetricKey?.primaryKey;
    const clientConnectionString = [
      `HostName=${hostName};DeviceId=${deviceId}`,
      ...(moduleId === undefined ? [] : [`ModuleId=${moduleId}`]),
      certificate === undefined ? `SharedAccessKey=${key}` : 'x509=true',
    ].join(';');
    const client = { hostName, deviceId, moduleId, connectionString: clientConnectionString, certificate };
    const createClient = async (transport: Transport = 'mqtt', options: SdkClientOptions = {}) => {
      const sdkClient = await createSdkClient(
        client,
        transport,
        options,
        wiring && { wiring, agent: agentFor(certificate) },
      );
      openClients.add(sdkClient);
      return sdkClient;
    };
    return {
      ...client,
      createClient,
      connect: async (transport, options) => {
        const sdkClient = await createClient(transport, options);
        await sdkClient.open();
        return sdkClient;
      },
    };
  }

  async function register(
    { deviceId, moduleId }: { readonly deviceId: string; readonly moduleId: string | undefined },
    authentication: object | undefined,
  ): Promise<Device | Module> {
    const members = authentication === undefined ? {} : { authentication };
    if (moduleId === undefined) {
      const { responseBody } = await services.registry().create({ deviceId, ...members } as Device);
      // Added after the creation, so that a device that existed before is never deleted.
      deviceIds.add(deviceId);
      return responseBody;
    }
    if (!deviceIds.has(deviceId)) await registerParent(deviceId);
    return (await services.registry().addModule({ deviceId, moduleId, ...members } as Module)).responseBody;
  }

  async function registerParent(deviceId: string): Promise<void> {
    try {
      await services.registry().create({ deviceId });
      deviceIds.add(deviceId);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DeviceAlreadyExistsError') throw error;
    }
  }

  function agentFor(certificate: ClientCertificateFiles | undefined): Agent {
    const agent = wiring === undefined ? new Agent({ keepAlive: true }) : createAgent(wiring, certificate);
    agents.push(agent);
    return agent;
  }

  function nextId(word: string): string {
    count += 1;
    return `${connection.idPrefix}${word}-${count}`;
  }
}

function authenticationOf(
  kind: ClientAuthentication,
  certificate: ClientCertificateFiles | undefined,
): object | undefined {
  switch (kind) {
    case 'symmetricKey':
      return undefined;
    case 'certificateAuthority':
      return { type: 'certificateAuthority' };
    case 'selfSigned': {
      const thumbprint = new X509Certificate(certificate?.cert ?? '').fingerprint256.replaceAll(':', '');
      const x509Thumbprint = { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint };
      return { type: 'selfSigned', x509Thumbprint };
    }
  }
}
