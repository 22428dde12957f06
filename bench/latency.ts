import type { LatencyFigures, LatencyLoad } from './load/latency-load.ts';
import type { MethodsFigures, MethodsLoad } from './load/methods-load.ts';
import { runLoad, startServer } from './processes.ts';
import { formatMilliseconds, formatRate, type Report } from './report.ts';
import type { BareFacts, BareSettings } from './servers/bare-server.ts';
import type { EmulatorFacts, EmulatorSettings } from './servers/emulator-server.ts';
import { TARGETS } from './targets.ts';

const DEVICES = 10;
const IN_FLIGHT_PER_DEVICE = 40;

/** A service PATCH until the module has it; beside a raw echo. */
export async function measurePatch(report: Report): Promise<void> {
  const figures = await measureLatency('patch');
  report.heading('Service PATCH over HTTPS → PUBLISH at the module');
  printLatency(report, figures);
  report.judge(TARGETS.patch, figures.hub.p50 / figures.echo.p50);
  report.judge(TARGETS.slowPatch, figures.hub.p99);
}

/** A cloud-to-device message over HTTPS until the device has it; beside a raw echo. */
export async function measureMessages(report: Report): Promise<void> {
  const figures = await measureLatency('message');
  report.heading('Cloud-to-device message over HTTPS → PUBLISH at the device');
  printLatency(report, figures);
}

/** A direct method until its answer is back, alone and with hundreds in flight; beside a raw echo there and back. */
export async function measureMethods(report: Report): Promise<void> {
  const figures = await measureLatency('method');
  report.heading('Direct method over HTTPS → device → answer');
  printLatency(report, figures);
  const settings: EmulatorSettings = { deviceCount: DEVICES };
  await using emulator = await startServer<EmulatorFacts>('./servers/emulator-server.ts', settings);
  const { httpsPort, mqttPort, hostName, key } = emulator.facts;
  const many = await runLoad<MethodsFigures>('./load/methods-load.ts', {
    httpsPort,
    mqttPort,
    hub: { hostName, key },
    devices: DEVICES,
    inFlightPerDevice: IN_FLIGHT_PER_DEVICE,
    serverPid: emulator.pid,
    warmUpMilliseconds: 500,
    milliseconds: 1500,
  } satisfies MethodsLoad);
  const name = `${DEVICES * IN_FLIGHT_PER_DEVICE} in flight`;
  report.line(name, `${formatRate(many.perSecond)}, ${formatQuantiles(many)}`);
}

async function measureLatency(operation: LatencyLoad['operation']): Promise<LatencyFigures> {
  const settings: EmulatorSettings = { deviceCount: 3 };
  const bareSettings: BareSettings = { answerBytes: 600 };
  await using emulator = await startServer<EmulatorFacts>('./servers/emulator-server.ts', settings);
  await using bare = await startServer<BareFacts>('./servers/bare-server.ts', bareSettings);
  const { httpsPort, mqttPort, hostName, key } = emulator.facts;
  return await runLoad<LatencyFigures>('./load/latency-load.ts', {
    operation,
    httpsPort,
    mqttPort,
    echoPort: bare.facts.echoPort,
    hub: { hostName, key },
    warmUpCount: 1000,
    rounds: 10,
    countPerRound: 200,
  } satisfies LatencyLoad);
}

function printLatency(report: Report, { hub, echo }: LatencyFigures): void {
  report.line('emulator', formatQuantiles(hub));
  report.line('raw echo', formatQuantiles(echo));
  report.line('emulator / echo', `p50 ${(hub.p50 / echo.p50).toFixed(2)}`);
}

function formatQuantiles({ p50, p99 }: { readonly p50: number; readonly p99: number }): string {
  return `p50 ${formatMilliseconds(p50)}, p99 ${formatMilliseconds(p99)}`;
}
