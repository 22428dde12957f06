import { createManualClock } from '../emulator/clocks/manual-clock.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { createLocalHub, toEmulatorOptions } from './create-local-hub.ts';
import type { LocalHub, LocalHubOptions } from './local-hub.ts';
import { recordLog } from './recorded-log.ts';

/** Starts an isolated hub on free ports in this process. Many hubs can run side by side. */
export async function startHub(options: LocalHubOptions = {}): Promise<LocalHub> {
  const clock = options.clock === 'manual' ? createManualClock(Date.now()) : undefined;
  const { log, lines } = recordLog();
  const emulatorOptions = toEmulatorOptions(options);
  const emulator = await startEmulator({
    ...emulatorOptions,
    log,
    ...(clock === undefined ? {} : { clock }),
  });
  return createLocalHub(emulator, emulatorOptions.hub, { clock, lines });
}
