import { createManualClock } from '../emulator/clocks/manual-clock.ts';
import type { Policy } from '../emulator/domain/access/policy.ts';
import { formatServiceConnectionString } from '../emulator/domain/identities/connection-string.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS, REDIRECTED_HOST_NAME } from '../emulator/emulator-options.ts';
import { createHubMessages } from './hub-messages.ts';
import { createHubUnderTest } from './hub-under-test.ts';
import type { LocalHub, LocalHubOptions, ManualClock } from './local-hub.ts';
import { observeEmulator, parseClientName } from './observe-emulator.ts';
import { type LogLine, recordLog } from './recorded-log.ts';
import { createHubWaits } from './waits/hub-waits.ts';

/** Starts an emulator and the local hub on it: clients of the SDKs, messages, waits, clock and log. */
export async function startLocalHub(
  options: LocalHubOptions,
): Promise<{ readonly hub: LocalHub; readonly emulator: Emulator }> {
  const clock = options.clock === 'manual' ? createManualClock(Date.now()) : undefined;
  const { log, lines } = recordLog();
  const hub = toHubOptions(options);
  const emulator = await startEmulator({ hub, log, ...(clock === undefined ? {} : { clock }) });
  if (options.hasRsaCertificate === true) await emulator.addRsaCertificate();
  return { hub: createLocalHub(emulator, hub, { clock, lines }), emulator };
}

function createLocalHub(
  emulator: Emulator,
  {
    hostNames: [hostName = ''],
    policies,
  }: { readonly hostNames: readonly string[]; readonly policies: readonly Policy[] },
  { clock, lines }: { readonly clock: ManualClock | undefined; readonly lines: readonly LogLine[] },
): LocalHub {
  const observer = observeEmulator(emulator);
  const connectionStringOf = (policyName: string) => {
    const policy = policies.find(({ name }) => name === policyName);
    if (policy === undefined) throw new Error(`The hub has no policy '${policyName}'.`);
    return formatServiceConnectionString(hostName, policyName, policy.primaryKey);
  };
  const hub = createHubUnderTest({
    hostName,
    connectionString: connectionStringOf('iothubowner'),
    wiring: { ...emulator, hostName },
    idPrefix: '',
    issueCertificate: async (client, signer) => {
      const { certificatePem, keyPem } = await emulator.issueCertificate(parseClientName(client), signer);
      return { cert: certificatePem, key: keyPem };
    },
    close: async () => {
      await emulator[Symbol.asyncDispose]();
    },
  });
  return {
    ...hub,
    ...createHubMessages(observer),
    ...createHubWaits(observer, lines),
    clock,
    log: lines,
    connectionStringOf,
    telemetry: (reading = {}) => observer.readEvents(reading),
  };
}

function toHubOptions({
  hostName = REDIRECTED_HOST_NAME,
  clock: _clock,
  hasRsaCertificate: _hasRsaCertificate,
  policies = [],
  cloudToDevice: { feedback, ...cloudToDevice } = {},
  ...others
}: LocalHubOptions) {
  const defaults = DEFAULT_HUB_OPTIONS.cloudToDevice;
  return {
    ...others,
    hostNames: [hostName],
    policies: [...DEFAULT_HUB_OPTIONS.policies, ...policies],
    cloudToDevice: { ...defaults, ...cloudToDevice, feedback: { ...defaults.feedback, ...feedback } },
  };
}
