import type { FeedbackRecord } from '../../emulator/domain/cloud-to-device/feedback.ts';
import type { DeviceEvent } from '../../emulator/domain/messages/message.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { identityOf, nameOf } from '../clients/client-names.ts';
import type { ClientName } from '../clients/service-clients.ts';
import { readEvents } from '../hub-events.ts';
import type { LogLine } from '../recorded-log.ts';
import { firstOf, type WaitOptions, waitFor } from './wait-for.ts';

/** Ways to wait for an event instead of sleeping. Each fails after a while and says what there was instead. */
export interface HubWaits {
  untilConnected(client: ClientName, options?: WaitOptions): Promise<void>;
  untilDisconnected(client: ClientName, options?: WaitOptions): Promise<void>;
  /** Resolves once the client would receive a desired patch, a method, a message. */
  untilSubscribed(client: ClientName, channel: Channel, options?: WaitOptions): Promise<void>;
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
  /** Resolves with the first feedback on a message to the device, from the start of the hub on, that fulfils the condition. */
  untilFeedback(
    device: ClientName,
    condition?: (record: FeedbackRecord) => boolean,
    options?: WaitOptions,
  ): Promise<FeedbackRecord>;
}

const CHANNELS = ['desiredProperties', 'methods', 'messages', 'inputs'] as const;
/** What a client can listen to. */
export type Channel = (typeof CHANNELS)[number];

const KINDS = [
  'identityCreated',
  'identityDeleted',
  'clientConnected',
  'clientDisconnected',
  'clientSubscribed',
  'twinUpdated',
  'twinReplaced',
] as const;

export function createHubWaits({ hub }: Emulator, lines: readonly LogLine[]): HubWaits {
  return {
    untilConnected: (client, wait) => untilConnection(client, 'Connected', wait),
    untilDisconnected: (client, wait) => untilConnection(client, 'Disconnected', wait),
    untilSubscribed: (client, channel, wait) =>
      until(
        `${nameOf(client)} subscribes to ${channel}`,
        wait,
        () => (hub.sessions.isReadyFor(identityOf(client), channel) ? true : undefined),
        () => `It is ${stateOf(client)} and listens to ${channelsOf(client)}.${lastWordOn(client)}`,
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
    untilTelemetry: (client, condition = () => true, wait = {}) =>
      firstOf(
        {
          what: `telemetry of ${nameOf(client)}`,
          read: (signal) => readEvents(hub, { ...namesOf(client), from: 'earliest', signal }),
          condition,
          format: ({ body }) => Buffer.from(body).toString('utf8'),
        },
        wait,
      ),
    untilFeedback: (device, condition = () => true, wait = {}) =>
      firstOf(
        {
          what: `feedback on a message to ${nameOf(device)}`,
          read: (signal) => hub.feedback.read({ deviceId: device.deviceId, from: 'earliest', signal }),
          condition,
          format: (record) => JSON.stringify(record),
        },
        wait,
      ),
  };

  function untilConnection(
    client: ClientName,
    state: 'Connected' | 'Disconnected',
    wait: WaitOptions | undefined,
  ): Promise<void> {
    return until(
      `${nameOf(client)} is ${state.toLowerCase()}`,
      wait,
      () => (twinOf(client)['connectionState'] === state ? true : undefined),
      () => `It is ${stateOf(client)}.${lastWordOn(client)}`,
    ).then(() => undefined);
  }

  function until<T>(
    what: string,
    wait: WaitOptions | undefined,
    check: () => T | undefined,
    describe: () => string,
  ): Promise<T> {
    return waitFor(
      { what, check, describe, listen: (listener) => hub.activities.listen({ kinds: KINDS }, listener) },
      wait,
    );
  }

  function reportedOf(client: ClientName): Readonly<Record<string, unknown>> {
    const { properties } = twinOf(client) as {
      readonly properties?: { readonly reported: Record<string, unknown> };
    };
    return properties?.reported ?? {};
  }

  function twinOf(client: ClientName): Readonly<Record<string, unknown>> {
    const twin = hub.twins.getTwin(identityOf(client));
    return twin.ok ? twin.value : {};
  }

  function stateOf(client: ClientName): string {
    return String(twinOf(client)['connectionState'] ?? 'not registered').toLowerCase();
  }

  function channelsOf(client: ClientName): string {
    const heard = CHANNELS.filter((channel) => hub.sessions.isReadyFor(identityOf(client), channel));
    return heard.length === 0 ? 'nothing' : heard.join(' and ');
  }

  function lastWordOn({ deviceId, moduleId }: ClientName): string {
    const line = lines.findLast(
      ({ fields }) => fields['deviceId'] === deviceId && fields['moduleId'] === moduleId,
    );
    if (line === undefined) return ' The log does not mention it.';
    return ` The log's last word on it: ${line.event} ${JSON.stringify(line.fields)}.`;
  }
}

function namesOf({ deviceId, moduleId }: ClientName): { deviceId: string; moduleId?: string } {
  return { deviceId, ...(moduleId === undefined ? {} : { moduleId }) };
}
