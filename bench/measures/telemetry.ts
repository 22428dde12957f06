import type { Checkout } from '../checkouts.ts';
import { startEmulators } from '../emulators.ts';
import type { WindowFigures } from '../load/measured-window.ts';
import type { TelemetryLoad } from '../load/telemetry-load.ts';
import { runLoad, type ServerProcess, startServer } from '../processes.ts';
import type { Report } from '../report/report.ts';
import { TARGETS } from '../report/targets.ts';
import type { EmulatorFacts } from '../servers/emulator-server.ts';
import { startMosquitto } from '../servers/mosquitto.ts';
import { byTurns } from '../turns.ts';

export interface TelemetryShape {
  /** How many devices there are. */
  readonly connections: number;
  /** How many messages each device sends ahead of their acknowledgements. */
  readonly window: number;
  /** How many different property bags each device sends in turn; 0 is the same empty one in every message. */
  readonly bagCount: number;
}

export const USUAL_SHAPE: TelemetryShape = { connections: 100, window: 10, bagCount: 0 };
/** No message repeats a property bag that its device sent shortly before. */
export const BAG_SHAPE: TelemetryShape = { ...USUAL_SHAPE, bagCount: 2000 };
export const OTHER_SHAPES: readonly TelemetryShape[] = [
  { connections: 1, window: 64, bagCount: 0 },
  { connections: 10, window: 32, bagCount: 0 },
  { connections: 1000, window: 4, bagCount: 0 },
];

const ROUNDS = 5;
const BODY_BYTES = 256;

/** Telemetry in: QoS 1, each message acknowledged; the whole hub beside bare brokers. */
export async function measureTelemetry(
  report: Report,
  checkouts: readonly Checkout[],
  shapes: readonly TelemetryShape[],
): Promise<void> {
  for (const shape of shapes) await measureShape(report, checkouts, shape);
}

async function measureShape(
  report: Report,
  checkouts: readonly Checkout[],
  shape: TelemetryShape,
): Promise<void> {
  await using emulators = await startEmulators(checkouts, { deviceCount: shape.connections });
  await using aedes = await startServer<{ readonly mqttPort: number }>('servers/aedes-server.ts');
  await using mosquitto = await startMosquitto('delayed');
  const loadOn = (server: ServerProcess<{ readonly mqttPort: number }>, hub?: EmulatorFacts) => () =>
    runLoad<WindowFigures>('load/telemetry-load.ts', {
      ...shape,
      bodyBytes: BODY_BYTES,
      warmUpMilliseconds: 500,
      milliseconds: 1500,
      mqttPort: server.facts.mqttPort,
      serverPid: server.pid,
      ...(hub === undefined ? {} : { hub: { hostName: hub.hostName, key: hub.key } }),
    } satisfies TelemetryLoad);
  const turns = await byTurns<string, WindowFigures>(ROUNDS, {
    ...emulators.map((server) => loadOn(server, server.facts)),
    aedes: loadOn(aedes),
    ...(mosquitto === undefined ? {} : { mosquitto: loadOn(mosquitto) }),
  });
  report.heading(formatShape(shape));
  report.rounds(turns);
  report.contestants(turns.samples);
  const isUsual = shape === USUAL_SHAPE;
  report.compare(turns.samples, 'emulator', 'aedes', isUsual ? TARGETS.telemetryToAedes : undefined);
  report.compare(turns.samples, 'emulator', 'mosquitto', isUsual ? TARGETS.telemetryToMosquitto : undefined);
  report.rateAgainstBefore('messages', turns.samples);
}

function formatShape({ connections, window, bagCount }: TelemetryShape): string {
  const bags = bagCount === 0 ? '' : ', a different property bag in each';
  return `Telemetry: ${connections} devices × ${window} in flight, QoS 1, ${BODY_BYTES} bytes${bags}`;
}
