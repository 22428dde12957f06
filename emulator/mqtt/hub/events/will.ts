import type { LogReason } from '../../../domain/log-reasons.ts';
import type { Operation } from '../../../domain/operations.ts';
import type { AuthenticatedClient } from '../../../hub/access/credentials.ts';
import type { Hub } from '../../../hub/hub.ts';
import type { ConnectRequest } from '../../wire/service.ts';
import { TelemetryTopic, toWillEvent } from './telemetry.ts';

/** The will of a CONNECT, of any topic. */
export type Will = NonNullable<ConnectRequest['will']>;

/**
 * Publishes the will of a client that is lost as telemetry. Drops a will on any other topic, or with a malformed
 * property bag, with a log line. The topic is judged only now, because the hub accepts every CONNECT with such a will:
 * Tasmota and bridges of mosquitto send one.
 */
export function publishWill(hub: Hub, client: AuthenticatedClient, { topic, body, isRetained }: Will): void {
  const bytes = Buffer.from(topic);
  const telemetry = new TelemetryTopic(client.identity);
  const bag = telemetry.bagOf(bytes, 0, bytes.length);
  if (bag !== undefined) {
    hub.events.sendEvent(client, toWillEvent(bag, body, isRetained));
    return;
  }
  const operation: Operation = 'sendEvent';
  const fault = telemetry.refusalOf(bytes, 0, bytes.length);
  const reason: LogReason = fault?.reason ?? 'will-topic-foreign';
  const message = fault?.message ?? `The topic of the will is '${topic.slice(0, 300)}'.`;
  hub.log('warn', 'will-dropped', { ...client.identity, operation, reason, message });
}
