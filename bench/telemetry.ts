import { runLoad, type ServerProcess, startServer } from './processes.ts';
import type { EmulatorFacts } from './servers/emulator-server.ts';
import { startMosquitto } from './servers/mosquitto.ts';
import { byTurns, median } from './statistics.ts';

interface Answer {
  readonly messagesPerSecond: number;
  readonly messages: number;
  readonly loadCpuSeconds: number;
}

/** Telemetry in over TLS: QoS 1, 256-byte body, each acknowledged; the whole hub beside bare brokers. */
export async function measureTelemetry(options: {
  readonly connections: number;
  readonly window: number;
  readonly rounds: number;
}): Promise<void> {
  const { connections, window, rounds } = options;
  const load = { connections, window, bodyBytes: 256, warmUpMilliseconds: 500, milliseconds: 2000 };
  await using hub = await startServer<EmulatorFacts>('./servers/emulator-server.ts', {
    deviceCount: connections,
  });
  await using aedes = await startServer<{ mqttPort: number }>('./servers/aedes-server.ts', {});
  const mosquitto = await startMosquitto();
  const cpu: Record<string, number[]> = {};
  const run = (name: string, server: ServerProcess<{ mqttPort: number }>, settings: object) => async () => {
    const before = server.cpuSeconds();
    const answer = await runLoad<Answer>('./load/telemetry-load.ts', {
      ...load,
      port: server.facts.mqttPort,
      ...settings,
    });
    const warmUpShare = load.milliseconds / (load.milliseconds + load.warmUpMilliseconds);
    const microseconds = ((server.cpuSeconds() - before) * warmUpShare * 1e6) / answer.messages;
    cpu[name] = [...(cpu[name] ?? []), microseconds];
    return answer.messagesPerSecond;
  };
  const { hostName, key } = hub.facts;
  try {
    const figures = await byTurns<string>(rounds, {
      emulator: run('emulator', hub, { hub: { hostName, key } }),
      aedes: run('aedes', aedes, {}),
      ...(mosquitto === undefined ? {} : { mosquitto: run('mosquitto', mosquitto, {}) }),
    });
    console.log(
      `\nTelemetry, ${connections} connections × ${window} in flight, messages per second (median of ${rounds})`,
    );
    for (const [name, values] of Object.entries(figures)) {
      const range = `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`;
      const perMessage = median(cpu[name] ?? []).toFixed(1);
      console.log(
        `  ${name.padEnd(10)} ${Math.round(median(values))}  (${range}), ${perMessage} µs of processor a message`,
      );
    }
    const ours = median(figures['emulator'] ?? []);
    console.log(
      `  emulator / aedes      ${(ours / median(figures['aedes'] ?? [])).toFixed(2)}  (target 2.8)`,
    );
    const theirs = figures['mosquitto'];
    if (theirs !== undefined)
      console.log(`  emulator / mosquitto  ${(ours / median(theirs)).toFixed(2)}  (target 2.3)`);
  } finally {
    await mosquitto?.[Symbol.asyncDispose]();
  }
}
