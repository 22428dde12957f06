import type { Checkout } from '../checkouts.ts';
import { startEmulators } from '../emulators.ts';
import type { LatencyFigures, LatencyLoad, Quantiles } from '../load/latency-load.ts';
import type { MethodsFigures, MethodsLoad } from '../load/methods-load.ts';
import { runLoad, startServer } from '../processes.ts';
import { formatMilliseconds, formatRate, type Report } from '../report/report.ts';
import { medianOf } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';
import type { BareFacts, BareSettings } from '../servers/bare-server.ts';
import { byTurns, roundsOfEach } from '../turns.ts';

const DEVICES = 10;
const IN_FLIGHT_PER_DEVICE = 40;

/** A service PATCH until the module has it; beside a raw echo. */
export async function measurePatch(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  const { hubs, echo } = await measureLatency(checkouts, 'patch');
  report.heading('Service PATCH over HTTPS → PUBLISH at the module');
  printLatency(report, { hubs, echo });
  const { emulator } = hubs;
  if (emulator === undefined) return;
  report.judge(TARGETS.patch, emulator.p50 / echo.p50);
  report.judge(TARGETS.slowPatch, emulator.p99);
}

/** A cloud-to-device message over HTTPS until the device has it; beside a raw echo. */
export async function measureMessages(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  const figures = await measureLatency(checkouts, 'message');
  report.heading('Cloud-to-device message over HTTPS → PUBLISH at the device');
  printLatency(report, figures);
}

/** A direct method until its answer is back, alone and with hundreds in flight; beside a raw echo there and back. */
export async function measureMethods(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  const figures = await measureLatency(checkouts, 'method');
  report.heading('Direct method over HTTPS → device → answer');
  printLatency(report, figures);
  await measureManyMethods(report, checkouts);
}

async function measureManyMethods(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  await using emulators = await startEmulators(checkouts, { deviceCount: DEVICES });
  const contestants = emulators.map(({ facts: { httpsPort, mqttPort, hostName, key }, pid }) => () => {
    const load: MethodsLoad = {
      httpsPort,
      mqttPort,
      hub: { hostName, key },
      devices: DEVICES,
      inFlightPerDevice: IN_FLIGHT_PER_DEVICE,
      serverPid: pid,
      warmUpMilliseconds: 500,
      milliseconds: 1500,
    };
    return runLoad<MethodsFigures>('load/methods-load.ts', load);
  });
  const turns = await byTurns<string, MethodsFigures>(roundsOfEach(checkouts.length), contestants);
  report.rounds(turns);
  const title = `${DEVICES * IN_FLIGHT_PER_DEVICE} in flight`;
  for (const [name, samples] of Object.entries(turns.samples)) {
    const rate = formatRate(medianOf(samples, ({ perSecond }) => perSecond));
    const p50 = medianOf(samples, (sample) => sample.p50);
    const p99 = medianOf(samples, (sample) => sample.p99);
    report.line(`${name}, ${title}`, `${rate}, ${formatQuantiles({ p50, p99 })}`);
  }
  report.rateAgainstBefore(title, turns.samples);
}

async function measureLatency(
  checkouts: readonly Checkout[],
  operation: LatencyLoad['operation'],
): Promise<LatencyFigures> {
  const bareSettings: BareSettings = { answerBytes: 600 };
  await using emulators = await startEmulators(checkouts, { deviceCount: 3 });
  await using bare = await startServer<BareFacts>('servers/bare-server.ts', bareSettings);
  return await runLoad<LatencyFigures>('load/latency-load.ts', {
    operation,
    hubs: emulators.map(({ facts: { httpsPort, mqttPort, hostName, key } }) => ({
      httpsPort,
      mqttPort,
      hub: { hostName, key },
    })),
    echoPort: bare.facts.echoPort,
    warmUpCount: 1000,
    rounds: 10,
    countPerRound: 200,
  } satisfies LatencyLoad);
}

function printLatency(report: Report, { hubs, echo }: LatencyFigures): void {
  const { emulator, before } = hubs;
  for (const [name, quantiles] of Object.entries(hubs)) report.line(name, formatQuantiles(quantiles));
  report.line('raw echo', formatQuantiles(echo));
  if (emulator === undefined) return;
  report.line('emulator / echo', `p50 ${(emulator.p50 / echo.p50).toFixed(2)}`);
  if (before === undefined) return;
  const samples = { emulator: [emulator], before: [before] };
  report.costAgainstBefore('p50', samples, ({ p50 }) => p50);
  report.costAgainstBefore('p99', samples, ({ p99 }) => p99);
}

function formatQuantiles({ p50, p99 }: Quantiles): string {
  return `p50 ${formatMilliseconds(p50)}, p99 ${formatMilliseconds(p99)}`;
}
