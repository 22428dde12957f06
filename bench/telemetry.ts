import type { WindowFigures } from './load/measured-window.ts';
import type { TelemetryLoad } from './load/telemetry-load.ts';
import { runLoad, type ServerProcess, startServer } from './processes.ts';
import type { Report } from './report.ts';
import type { EmulatorFacts, EmulatorSettings } from './servers/emulator-server.ts';
import { startMosquitto } from './servers/mosquitto.ts';
import { TARGETS } from './targets.ts';
import { byTurns } from './turns.ts';

/** How many devices, and how many messages each of them sends ahead of their acknowledgements. */
export interface TelemetryShape {
  readonly connections: number;
  readonly window: number;
}

export const USUAL_SHAPE: TelemetryShape = { connections: 100, window: 10 };
export const OTHER_SHAPES: readonly TelemetryShape[] = [
  { connections: 1, window: 64 },
  { connections: 10, window: 32 },
  { connections: 1000, window: 4 },
];

const ROUNDS = 5;
const BODY_BYTES = 256;

/** Telemetry in: QoS 1, each message acknowledged; the whole hub beside bare brokers. */
export async function measureTelemetry(report: Report, shapes: readonly TelemetryShape[]): Promise<void> {
  for (const shape of shapes) await measureShape(report, shape);
}

async function measureShape(report: Report, shape: TelemetryShape): Promise<void> {
  const { connections, window } = shape;
  const settings: EmulatorSettings = { deviceCount: connections };
  await using emulator = await startServer<EmulatorFacts>('./servers/emulator-server.ts', settings);
  await using aedes = await startServer<{ readonly mqttPort: number }>('./servers/aedes-server.ts');
  await using mosquitto = await startMosquitto('delayed');
  const against = (server: ServerProcess<{ readonly mqttPort: number }>, hub?: EmulatorFacts) => () =>
    runLoad<WindowFigures>('./load/telemetry-load.ts', {
      ...shape,
      bodyBytes: BODY_BYTES,
      warmUpMilliseconds: 500,
      milliseconds: 1500,
      mqttPort: server.facts.mqttPort,
      serverPid: server.pid,
      ...(hub === undefined ? {} : { hub: { hostName: hub.hostName, key: hub.key } }),
    } satisfies TelemetryLoad);
  const turns = await byTurns<string, WindowFigures>(ROUNDS, {
    emulator: against(emulator, emulator.facts),
    aedes: against(aedes),
    ...(mosquitto === undefined ? {} : { mosquitto: against(mosquitto) }),
  });
  report.heading(`Telemetry: ${connections} devices × ${window} in flight, QoS 1, ${BODY_BYTES} bytes`);
  report.rounds(turns);
  report.contestants(turns.samples);
  const isUsual = shape === USUAL_SHAPE;
  report.compare(turns.samples, 'emulator', 'aedes', isUsual ? TARGETS.telemetryToAedes : undefined);
  report.compare(turns.samples, 'emulator', 'mosquitto', isUsual ? TARGETS.telemetryToMosquitto : undefined);
}
