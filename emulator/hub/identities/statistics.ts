import type { JsonObject } from '../../domain/json.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';

/** Current counts of devices. The counts of IoT Hub are delayed. */
export class Statistics {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;

  constructor(parts: HubParts, sessions: ClientSessions) {
    this.#parts = parts;
    this.#sessions = sessions;
  }

  /** Returns `{totalDeviceCount, enabledDeviceCount, disabledDeviceCount}`, without modules. */
  getDeviceStatistics(): JsonObject {
    const { devices } = this.#parts.store.clients;
    let disabledDeviceCount = 0;
    for (const { identity } of devices.values()) if (identity.status === 'disabled') disabledDeviceCount += 1;
    return {
      totalDeviceCount: devices.size,
      enabledDeviceCount: devices.size - disabledDeviceCount,
      disabledDeviceCount,
    };
  }

  /** Returns `{connectedDeviceCount}`. */
  getServiceStatistics(): JsonObject {
    return { connectedDeviceCount: this.#sessions.connectedDeviceCount };
  }
}
