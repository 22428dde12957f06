import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import type { Device, Module, Registry } from 'azure-iothub';
import { formatClientConnectionString } from '../emulator/domain/identities/connection-string.ts';
import type { ClientName } from './clients/client-names.ts';
import {
  type ClientAuthentication,
  createSdkClient,
  type ProvisionedClient,
  type SdkClientOptions,
} from './clients/provisioned-client.ts';
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

/** The parts of a hub that a provisioner uses. */
export interface ProvisionerOptions {
  readonly hostName: string;
  readonly wiring: Wiring | undefined;
  /** The prefix of generated ids, so that two runs on one live hub have different devices. */
  readonly idPrefix: string;
  registry(): Registry;
  issueCertificate(client: ClientName, signer: 'authority' | 'self'): Promise<ClientCertificateFiles>;
}

/** Registers devices and modules, and keeps their clients, agents and ids until the test ends. */
export class Provisioner {
  readonly #options: ProvisionerOptions;
  readonly #agents: Agent[] = [];
  readonly #openClients = new Set<AnyClient>();
  readonly #deviceIds = new Set<string>();
  #count = 0;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
  }

  /** The devices that were registered here, and not those that existed before. */
  get deviceIds(): readonly string[] {
    return [...this.#deviceIds];
  }

  async provision(
    request: ProvisionRequest & { readonly moduleId?: string | true } = {},
  ): Promise<ProvisionedClient> {
    const deviceId = request.deviceId ?? this.#nextId('device');
    const moduleId = request.moduleId === true ? this.#nextId('module') : request.moduleId;
    const name = { deviceId, moduleId };
    const kind = request.authentication ?? 'symmetricKey';
    const certificate = await this.#issueCertificate(name, kind);
    const identity = await this.#register(name, authenticationOf(kind, certificate));
    const { hostName } = this.#options;
    const key = certificate === undefined ? (identity.authentication?.symmetricKey?.primaryKey ?? '') : null;
    const connectionString = formatClientConnectionString(hostName, name, key);
    return this.#createProvisionedClient({ hostName, ...name, connectionString, certificate });
  }

  /** Returns an agent that leads to the hub; {@link close} destroys it. */
  createAgent(certificate?: ClientCertificateFiles): Agent {
    const { wiring } = this.#options;
    const agent = wiring === undefined ? new Agent({ keepAlive: true }) : createAgent(wiring, certificate);
    this.#agents.push(agent);
    return agent;
  }

  /** Closes all clients, also those that are still connecting, because they would retry after the end of the hub. */
  async closeClients(): Promise<void> {
    await Promise.allSettled([...this.#openClients].map((client) => client.close()));
  }

  destroyAgents(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  #createProvisionedClient(client: Parameters<typeof createSdkClient>[0]): ProvisionedClient {
    const createClient = async (transport: Transport = 'mqtt', options: SdkClientOptions = {}) => {
      const { wiring } = this.#options;
      const agent = wiring && { wiring, agent: this.createAgent(client.certificate) };
      const sdkClient = await createSdkClient(client, transport, options, agent);
      this.#openClients.add(sdkClient);
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

  async #issueCertificate(
    client: ClientName,
    kind: ClientAuthentication,
  ): Promise<ClientCertificateFiles | undefined> {
    if (kind === 'symmetricKey') return undefined;
    return this.#options.issueCertificate(client, kind === 'selfSigned' ? 'self' : 'authority');
  }

  async #register(
    { deviceId, moduleId }: ClientName,
    authentication: object | undefined,
  ): Promise<Device | Module> {
    const registry = this.#options.registry();
    const members = authentication === undefined ? {} : { authentication };
    if (moduleId === undefined) {
      const { responseBody } = await registry.create({ deviceId, ...members } as Device);
      // Added after the creation, so that a device that existed before is never deleted.
      this.#deviceIds.add(deviceId);
      return responseBody;
    }
    if (!this.#deviceIds.has(deviceId)) await this.#registerParent(deviceId);
    return (await registry.addModule({ deviceId, moduleId, ...members } as Module)).responseBody;
  }

  async #registerParent(deviceId: string): Promise<void> {
    try {
      await this.#options.registry().create({ deviceId });
      this.#deviceIds.add(deviceId);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DeviceAlreadyExistsError') throw error;
    }
  }

  #nextId(word: string): string {
    this.#count += 1;
    return `${this.#options.idPrefix}${word}-${this.#count}`;
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
