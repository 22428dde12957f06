import type { FeedbackRecord } from '../../emulator/domain/cloud-to-device/feedback.ts';
import { formatClientIdentity } from '../../emulator/domain/identities/client-identity.ts';
import type { DeviceEvent } from '../../emulator/domain/messages/message.ts';
import type { ClientName } from '../clients/client-names.ts';
import { CHANNELS, type Channel, type HubObserver } from '../hub-observer.ts';
import type { LogLine } from '../recorded-log.ts';
import { firstOf, type WaitOptions, waitFor } from './wait-for.ts';

/** Waits for a state or an event of the hub. Each rejects after a timeout and describes the actual state. */
export interface HubWaits {
  untilConnected(client: ClientName, options?: WaitOptions): Promise<void>;
  untilDisconnected(client: ClientName, options?: WaitOptions): Promise<void>;
  /** Resolves when the client is connected and subscribed to the channel, or to a part of it. */
  untilSubscribed(client: ClientName, channel: Channel, options?: WaitOptions): Promise<void>;
  /** Resolves with the reported properties when they meet the condition. */
  untilReported(
    client: ClientName,
    condition: (reported: Readonly<Record<string, unknown>>) => boolean,
    options?: WaitOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the first telemetry since the start of the hub that meets the condition. */
  untilTelemetry(
    client: ClientName,
    condition?: (event: DeviceEvent) => boolean,
    options?: WaitOptions,
  ): Promise<DeviceEvent>;
  /** Resolves with the first feedback on messages to the device, since the start of the hub, that meets the condition. */
  untilFeedback(
    device: ClientName,
    condition?: (record: FeedbackRecord) => boolean,
    options?: WaitOptions,
  ): Promise<FeedbackRecord>;
}

export function createHubWaits(observer: HubObserver, lines: readonly LogLine[]): HubWaits {
  const listen = (listener: () => void) => observer.onChange(listener);
  const untilConnection = async (client: ClientName, state: string, wait: WaitOptions | undefined) => {
    await waitFor(
      {
        what: `${formatClientIdentity(client)} to be ${state.toLowerCase()}`,
        listen,
        check: () => (observer.connectionStateOf(client) === state ? true : undefined),
        describe: () => `It is ${describeState(observer, client)}.${describeLastLine(lines, client)}`,
      },
      wait,
    );
  };
  return {
    untilConnected: (client, wait) => untilConnection(client, 'Connected', wait),
    untilDisconnected: (client, wait) => untilConnection(client, 'Disconnected', wait),
    untilSubscribed: async (client, channel, wait) => {
      await waitFor(
        {
          what: `${formatClientIdentity(client)} to subscribe to ${channel}`,
          listen,
          check: () => (observer.isReadyFor(client, channel) ? true : undefined),
          describe: () =>
            `It is ${describeState(observer, client)} and subscribed to ${describeChannels(observer, client)}.${describeLastLine(lines, client)}`,
        },
        wait,
      );
    },
    untilReported: (client, condition, wait) =>
      waitFor(
        {
          what: `the reported properties of ${formatClientIdentity(client)} to meet the condition`,
          listen,
          check: () => {
            const reported = observer.reportedPropertiesOf(client);
            return condition(reported) ? reported : undefined;
          },
          describe: () => `They are ${JSON.stringify(observer.reportedPropertiesOf(client))}.`,
        },
        wait,
      ),
    untilTelemetry: (client, condition = () => true, wait = {}) =>
      firstOf(
        {
          what: `telemetry of ${formatClientIdentity(client)}`,
          read: (signal) => observer.readEvents({ ...idsOf(client), from: 'earliest', signal }),
          condition,
          format: ({ body }) => Buffer.from(body).toString('utf8'),
        },
        wait,
      ),
    untilFeedback: (device, condition = () => true, wait = {}) =>
      firstOf(
        {
          what: `feedback on a message to ${formatClientIdentity(device)}`,
          read: (signal) => observer.readFeedback({ deviceId: device.deviceId, from: 'earliest', signal }),
          condition,
          format: (record) => JSON.stringify(record),
        },
        wait,
      ),
  };
}

function describeState(observer: HubObserver, client: ClientName): string {
  return (observer.connectionStateOf(client) ?? 'not registered').toLowerCase();
}

function describeChannels(observer: HubObserver, client: ClientName): string {
  const ready = CHANNELS.filter((channel) => observer.isReadyFor(client, channel));
  return ready.length === 0 ? 'nothing' : ready.join(' and ');
}

function describeLastLine(lines: readonly LogLine[], { deviceId, moduleId }: ClientName): string {
  const line = lines.findLast(
    ({ fields }) => fields['deviceId'] === deviceId && fields['moduleId'] === moduleId,
  );
  if (line === undefined) return ' The log does not mention it.';
  return ` The last log line about it: ${line.event} ${JSON.stringify(line.fields)}.`;
}

function idsOf({ deviceId, moduleId }: ClientName): { deviceId: string; moduleId?: string } {
  return { deviceId, ...(moduleId === undefined ? {} : { moduleId }) };
}
