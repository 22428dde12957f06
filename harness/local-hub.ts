import { createManualClock, type ManualClock } from '../emulator/clocks/manual-clock.ts';
import { createRandomIds, createSystemClock } from '../emulator/clocks/system-clock.ts';
import { formatServiceConnectionString } from '../emulator/domain/identities/connection-string.ts';
import type { DeviceEvent } from '../emulator/domain/messages/message.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS } from '../emulator/emulator-options.ts';
import { identityOf } from './clients/client-names.ts';
import { type EventReading, readEvents } from './hub-events.ts';
import { createHubMessages, type HubMessages } from './hub-messages.ts';
import { createHubUnderTest, type HubUnderTest } from './hub-under-test.ts';
import { type LogLine, recordLog } from './recorded-log.ts';
import { createHubWaits, type HubWaits } from './waits/hub-waits.ts';

type HubOptions = EmulatorOptions['hub'];

/** How an emulated hub is to be; everything may be left out. The rest are the options of the hub itself. */
export interface LocalHubOptions extends Partial<Omit<HubOptions, 'hostNames' | 'cloudToDevice'>> {
  /** The name that the SDKs connect to; no such host has to exist. */
  readonly hostName?: string;
  /** `manual`: time stands still until `hub.clock.advance(…)`. SAS tokens of the SDKs bear the machine's time. */
  readonly clock?: 'system' | 'manual';
  /** Beside the five that every hub has. */
  readonly policies?: HubOptions['policies'];
  readonly cloudToDevice?: Partial<HubOptions['cloudToDevice']>;
}

/** An emulated hub in this process, and what a test may ask of it. */
export interface LocalHub extends HubUnderTest, HubMessages, HubWaits {
  readonly emulator: Emulator;
  /** The hub's clock; `advance` exists where it was started with a manual one. */
  readonly clock: ManualClock | undefined;
  /** Everything the hub has logged so far. */
  readonly log: readonly LogLine[];
  /** The connection string of a shared access policy, such as `registryRead`. */
  connectionStringOf(policyName: string): string;
  /** Device-to-cloud events, from now on or from the start. */
  telemetry(reading?: EventReading): AsyncIterable<DeviceEvent>;
}

const DEFAULT_HOST_NAME = 'hub1.iothub.test';
const LOOPBACK = '127.0.0.1';

/** Starts an isolated hub on free ports in this process; many can live side by side. */
export async function startHub(options: LocalHubOptions = {}): Promise<LocalHub> {
  const { hostName = DEFAULT_HOST_NAME, clock: clockKind, policies = [], cloudToDevice, ...others } = options;
  const clock = clockKind === 'manual' ? createManualClock(Date.now()) : undefined;
  const recorded = recordLog();
  const hub: HubOptions = {
    ...DEFAULT_HUB_OPTIONS,
    ...others,
    hostNames: [hostName],
    policies: [...DEFAULT_HUB_OPTIONS.policies, ...policies],
    cloudToDevice: { ...DEFAULT_HUB_OPTIONS.cloudToDevice, ...cloudToDevice },
  };
  const emulator = await startEmulator({
    host: LOOPBACK,
    httpsPort: 0,
    mqttPort: 0,
    hub,
    clock: clock ?? createSystemClock(),
    ids: createRandomIds(),
    log: recorded.log,
  });
  return localHubOf(emulator, hub, { clock, lines: recorded.lines });
}

function localHubOf(
  emulator: Emulator,
  { hostNames: [hostName = ''], policies }: HubOptions,
  { clock, lines }: { readonly clock: ManualClock | undefined; readonly lines: readonly LogLine[] },
): LocalHub {
  const connectionStringOf = (policyName: string) => {
    const policy = policies.find(({ name }) => name === policyName);
    if (policy === undefined) throw new Error(`The hub has no policy '${policyName}'.`);
    return formatServiceConnectionString(hostName, policyName, policy.primaryKey);
  };
  const underTest = createHubUnderTest({
    hostName,
    connectionString: connectionStringOf('iothubowner'),
    wiring: { ...emulator, hostName },
    idPrefix: '',
    issueCertificate: async (client, signer) => {
      const { certificatePem, keyPem } = await emulator.issueCertificate(identityOf(client), signer);
      return { cert: certificatePem, key: keyPem };
    },
    close: async () => {
      await emulator[Symbol.asyncDispose]();
    },
  });
  return {
    ...underTest,
    ...createHubMessages(emulator),
    ...createHubWaits(emulator, lines),
    emulator,
    clock,
    log: lines,
    connectionStringOf,
    telemetry: (reading) => readEvents(emulator.hub, reading),
  };
}
