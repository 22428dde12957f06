import type { Registry } from 'azure-iothub';
import type { ClientName } from './clients/client-names.ts';
import type { ProvisionedDevice, ProvisionedModule } from './clients/provisioned-client.ts';
import { createServiceClients, type ServiceClients } from './clients/service-clients.ts';
import type { ClientCertificateFiles, Wiring } from './clients/wiring.ts';
import { Provisioner, type ProvisionRequest } from './provisioner.ts';

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
  const { hostName, connectionString, wiring, idPrefix } = connection;
  const provisioner = new Provisioner({
    hostName,
    wiring,
    idPrefix,
    registry: () => services.registry(),
    issueCertificate: (client, signer) => connection.issueCertificate(client, signer),
  });
  const services = createServiceClients(connectionString, wiring && provisioner.createAgent());
  const provision = (request?: ProvisionRequest) => provisioner.provision(request);
  return {
    ...services,
    hostName,
    connectionString,
    provision: provision as HubUnderTest['provision'],
    [Symbol.asyncDispose]: async () => {
      await provisioner.closeClients();
      try {
        await connection.close({ registry: services.registry, deviceIds: provisioner.deviceIds });
      } finally {
        provisioner.destroyAgents();
      }
    },
  };
}
