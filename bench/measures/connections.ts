import type { Checkout } from '../checkouts.ts';
import { startEmulators } from '../emulators.ts';
import type { ConnectionsLoad } from '../load/connections-load.ts';
import type { WindowFigures } from '../load/measured-window.ts';
import { runLoad, type ServerProcess, startServer } from '../processes.ts';
import type { Report } from '../report/report.ts';
import { TARGETS } from '../report/targets.ts';
import type { BareFacts, BareSettings } from '../servers/bare-server.ts';
import { startMosquitto } from '../servers/mosquitto.ts';
import { byTurns } from '../turns.ts';

const ROUNDS = 5;
const DEVICE_COUNT = 1000;

/** New connections: TLS 1.3 without resumption, CONNECT with a SAS token; beside mosquitto and Node's bare TLS. */
export async function measureConnections(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  const bareSettings: BareSettings = { answerBytes: 600 };
  await using emulators = await startEmulators(checkouts, { deviceCount: DEVICE_COUNT });
  await using bare = await startServer<BareFacts>('servers/bare-server.ts', bareSettings);
  await using mosquitto = await startMosquitto('at once');
  const { hostName, key } = emulators.emulator.facts;
  const loadOn = (server: ServerProcess<{ readonly mqttPort: number }>) => () =>
    runLoad<WindowFigures>('load/connections-load.ts', {
      mqttPort: server.facts.mqttPort,
      serverPid: server.pid,
      hub: { hostName, key },
      concurrency: 16,
      deviceCount: DEVICE_COUNT,
      warmUpMilliseconds: 400,
      milliseconds: 1500,
    } satisfies ConnectionsLoad);
  const turns = await byTurns<string, WindowFigures>(ROUNDS, {
    ...emulators.map(loadOn),
    'bare node:tls': loadOn(bare),
    ...(mosquitto === undefined ? {} : { mosquitto: loadOn(mosquitto) }),
  });
  report.heading('New connections: TLS 1.3, P-256, CONNECT with a SAS token');
  report.rounds(turns);
  report.contestants(turns.samples);
  report.compare(turns.samples, 'emulator', 'mosquitto', TARGETS.connections);
  report.compare(turns.samples, 'emulator', 'bare node:tls');
  report.rateAgainstBefore('connections', turns.samples);
}
