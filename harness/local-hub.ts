import type { ClientIdentity } from '../emulator/domain/client-identity.ts';
import { parseClientIdentity } from '../emulator/domain/client-identity.ts';
import { formatServiceConnectionString } from '../emulator/domain/connection-string.ts';
import type { DeviceEvent } from '../emulator/domain/message.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../emulator/hub-defaults.ts';
import { createManualClock, type ManualClock } from '../emulator/manual-clock.ts';
import { createRandomIds, createSystemClock } from '../emulator/system-ports.ts';
import { createHubUnderTest, type HubUnderTest } from './hub-under-test.ts';
import { type LogLine, recordLog } from './recorded-log.ts';
import { type WaitOptions, waitFor } from './wait-for.ts';

/** How an emulated hub is to be; everything may be left out. */
export interface LocalHubOptions {
  /** The name that the SDKs connect to; no such host has to exist. */
  readonly hostName?: string;
  /** `manual`: time stands still until `hub.clock.advance(…)`. SAS tokens of the SDKs bear the machine's time. */
  readonly clock?: 'system' | 'manual';
  /** How long a connection outlives its token, in seconds; 600 as on the hub. */
  readonly tokenGraceSeconds?: number;
  readonly partitionCount?: number;
}

/** A client as the hub names it. */
export interface ClientName {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}

/** An emulated hub in this process, and what a test may ask of it. */
export interface LocalHub extends HubUnderTest {
  readonly emulator: Emulator;
  /** The hub's clock; `advance` exists where it was started with a manual one. */
  readonly clock: ManualClock | undefined;
  /** Everything the hub has logged so far. */
  readonly log: readonly LogLine[];
  untilConnected(client: ClientName, options?: WaitOptions): Promise<void>;
  untilDisconnected(client: ClientName, options?: WaitOptions): Promise<void>;
  /** Resolves once the client would receive a desired patch, a method, a message. */
  untilSubscribed(
    client: ClientName,
    channel: 'desiredProperties' | 'methods' | 'messages' | 'inputs',
    options?: WaitOptions,
  ): Promise<void>;
  /** Resolves with the reported properties as soon as they fulfil the condition. */
  untilReported(
    client: ClientName,
    condition: (reported: Readonly<Record<string, unknown>>) => boolean,
    options?: WaitOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the first telemetry, from the start of the hub on, that fulfils the condition. */
  untilTelemetry(
    client: ClientName,
    condition?: (event: DeviceEvent) => boolean,
    options?: WaitOptions,
  ): Promise<DeviceEvent>;
  /** Device-to-cloud events, from now on or from the start. */
  telemetry(options?: {
    readonly deviceId?: string;
    readonly moduleId?: string;
    readonly from?: 'earliest' | 'latest';
    readonly signal?: AbortSignal;
  }): AsyncIterable<DeviceEvent>;
}

const DEFAULT_HOST_NAME = 'hub1.iothub.test';
const LOOPBACK = '127.0.0.1';

/** Starts an isolated hub on free ports in this process; many can live side by side. */
export async function startHub(options: LocalHubOptions = {}): Promise<LocalHub> {
  const hostName = options.hostName ?? DEFAULT_HOST_NAME;
  const clock = options.clock === 'manual' ? createManualClock(Date.now()) : undefined;
  const recorded = recordLog();
  const emulator = await startEmulator({
    host: LOOPBACK,
    httpsPort: 0,
    mqttPort: 0,
    hub: {
      ...DEFAULT_HUB_OPTIONS,
      hostNames: [hostName],
      ...(options.tokenGraceSeconds === undefined ? {} : { tokenGraceSeconds: options.tokenGraceSeconds }),
      ...(options.partitionCount === undefined ? {} : { partitionCount: options.partitionCount }),
    },
    clock: clock ?? createSystemClock(),
    ids: createRandomIds(),
    log: recorded.log,
  });
  return localHubOf(emulator, { hostName, clock, lines: recorded.lines });
}

function localHubOf(
  emulator: Emulator,
  parts: {
    readonly hostName: string;
    readonly clock: ManualClock | undefined;
    readonly lines: readonly LogLine[];
  },
): LocalHub {
  const { hub } = emulator;
  const { hostName, clock, lines } = parts;
  const underTest = createHubUnderTest({
    hostName,
    connectionString: formatServiceConnectionString(hostName, 'iothubowner', DEFAULT_KEY),
    wiring: { ...emulator, hostName },
    idPrefix: '',
    issueCertificate: async (clientId, signer) => {
      const { certificatePem, keyPem } = await emulator.issueCertificate(identityOf(clientId), signer);
      return { cert: certificatePem, key: keyPem };
    },
    close: async () => {
      await emulator[Symbol.asyncDispose]();
    },
  });

  return {
    ...underTest,
    emulator,
    clock,
    log: lines,
    untilConnected: (client, wait) => untilConnection(client, 'Connected', wait),
    untilDisconnected: (client, wait) => untilConnection(client, 'Disconnected', wait),
    untilSubscribed: (client, channel, wait) =>
      until(`${nameOf(client)} subscribes to ${channel}`, wait, () =>
        hub.clients.isReadyFor(identityOf(nameOf(client)), channel) ? true : undefined,
      ).then(() => undefined),
    untilReported: (client, condition, wait) =>
      until(
        `${nameOf(client)} reports what was asked for`,
        wait,
        () => {
          const reported = reportedOf(client);
          return condition(reported) ? reported : undefined;
        },
        () => `The reported properties are ${JSON.stringify(reportedOf(client))}.`,
      ),
    untilTelemetry: (client, condition, wait) => firstTelemetry(client, condition ?? (() => true), wait),
    telemetry: (reading) => hub.events.read(reading),
  };

  function untilConnection(
    client: ClientName,
    state: 'Connected' | 'Disconnected',
    wait?: WaitOptions,
  ): Promise<void> {
    return until(`${nameOf(client)} is ${state.toLowerCase()}`, wait, () =>
      twinOf(client)['connectionState'] === state ? true : undefined,
    ).then(() => undefined);
  }

  function until<T>(
    what: string,
    wait: WaitOptions | undefined,
    check: () => T | undefined,
    describe?: () => string,
  ): Promise<T> {
    return waitFor(
      { what, check, listen: (listener) => hub.happenings.listen(listener), ...(describe && { describe }) },
      wait,
    );
  }

  async function firstTelemetry(
    client: ClientName,
    condition: (event: DeviceEvent) => boolean,
    wait: WaitOptions | undefined,
  ): Promise<DeviceEvent> {
    const stop = new AbortController();
    const deadline = setTimeout(() => stop.abort(), wait?.timeoutMilliseconds ?? 5000);
    const others: string[] = [];
    const { deviceId, moduleId } = client;
    const reading = {
      deviceId,
      ...(moduleId === undefined ? {} : { moduleId }),
      from: 'earliest',
      signal: stop.signal,
    } as const;
    try {
      for await (const event of hub.events.read(reading)) {
        if (condition(event)) return event;
        others.push(Buffer.from(event.body).toString('utf8').slice(0, 200));
      }
    } finally {
      clearTimeout(deadline);
    }
    const seen =
      others.length === 0 ? 'none at all' : `only ${others.length}: ${others.slice(-5).join(' | ')}`;
    throw new Error(`Waited in vain for telemetry of ${nameOf(client)}; it sent ${seen}.`);
  }

  function reportedOf(client: ClientName): Readonly<Record<string, unknown>> {
    const { properties } = twinOf(client) as {
      readonly properties?: { readonly reported: Record<string, unknown> };
    };
    return properties?.reported ?? {};
  }

  function twinOf(client: ClientName): Readonly<Record<string, unknown>> {
    const twin = hub.twins.getTwin(identityOf(nameOf(client)));
    return twin.ok ? twin.value : {};
  }
}

function nameOf(client: ClientName): string {
  return client.moduleId === undefined ? client.deviceId : `${client.deviceId}/${client.moduleId}`;
}

function identityOf(clientId: string): ClientIdentity {
  const [deviceId = '', moduleId] = clientId.split('/');
  const identity = parseClientIdentity(deviceId, moduleId);
  if (!identity.ok) throw new Error(identity.error.message);
  return identity.value;
}
