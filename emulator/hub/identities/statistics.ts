import type { HubParts } from '../hub-parts.ts';
import type { Statistics } from '../service-operations.ts';
import type { LiveSessions } from '../sessions/live-sessions.ts';

/** Makes the counts; unlike the real hub's they never lag. */
export function createStatistics({ state }: HubParts, live: LiveSessions): Statistics {
  return {
    countDevices: () => {
      let disabledDeviceCount = 0;
      for (const { identity } of state.devices.values()) {
        if (identity.status === 'disabled') disabledDeviceCount += 1;
      }
      const totalDeviceCount = state.devices.size;
      return {
        totalDeviceCount,
        enabledDeviceCount: totalDeviceCount - disabledDeviceCount,
        disabledDeviceCount,
      };
    },
    countConnections: () => ({ connectedDeviceCount: live.deviceCount }),
  };
}
