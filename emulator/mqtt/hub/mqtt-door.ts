import type { HubOf } from '../../hub/hub-of.ts';
import type { Clock, Log } from '../../hub/ports.ts';
import { MqttWire } from '../wire/mqtt-wire.ts';
import { HubMqttService } from './hub-mqtt-service.ts';

/** The dependencies of the door. Its clock and log also serve connections that have not sent CONNECT. */
export interface MqttDoorOptions {
  readonly hubOf: HubOf;
  readonly clock: Clock;
  readonly log: Log;
}

/** The device API over MQTT and MQTT over WebSocket. */
export type MqttDoor = MqttWire;

/** Opens the door that device and module clients use, for all hubs that `hubOf` returns. */
export function createMqttDoor({ hubOf, clock, log }: MqttDoorOptions): Promise<MqttDoor> {
  return MqttWire.create({ service: new HubMqttService(hubOf, log), clock, log });
}
