import { setInterval } from 'node:timers/promises';
import iotDevice from 'azure-iot-device';
import type { LocalHub } from '../../../harness/harness.ts';

// A higher rate would take the hub's time from the attackers.
const PACE_MILLISECONDS = 30;

/** A well-behaved device and its back end, which work while hostile clients attack. */
export interface WellBehavedClient {
  /** Ends the work. Rejects if any of it failed. */
  finish(): Promise<{
    readonly device: { readonly deviceId: string };
    /** The bodies of the telemetry that the hub acknowledged. */
    readonly acknowledged: readonly string[];
    readonly rounds: number;
  }>;
}

/**
 * Starts a device that sends telemetry, reads its twin and answers methods. Its back end updates the twin and invokes
 * methods.
 */
export async function startWellBehavedClient(
  hub: LocalHub,
  transport: 'mqtt' | 'mqtt-ws',
): Promise<WellBehavedClient> {
  const device = await hub.provision({ deviceId: `client-${transport}` });
  const client = await device.connect(transport);
  client.onDeviceMethod('greet', (request, response) => {
    response.send(200, { received: request.payload }).catch(() => undefined);
  });
  const twin = await client.getTwin();
  await hub.untilSubscribed(device, 'methods');
  const acknowledged: string[] = [];
  let isOver = false;
  const sending = work(async (round) => {
    const texts = Array.from({ length: 5 }, (_, index) => `${round}.${index}`);
    await Promise.all(
      texts.map(async (text) => {
        await client.sendEvent(new iotDevice.Message(text));
        acknowledged.push(text);
      }),
    );
  });
  const reading = work(async (round) => {
    await hub.registry().updateTwin(device.deviceId, { properties: { desired: { round } } }, '*');
    const { responseBody } = await hub.registry().getTwin(device.deviceId);
    if (responseBody.properties.desired['round'] !== round)
      throw new Error(`The twin does not contain round ${round}.`);
    await new Promise<void>((resolve, reject) => {
      twin.get((error) => (error ? reject(error) : resolve()));
    });
  });
  const calling = work(async (round) => {
    const { payload } = await hub.invokeMethod(device, 'greet', { round });
    if (JSON.stringify(payload) !== JSON.stringify({ received: { round } }))
      throw new Error(`The method returned ${JSON.stringify(payload)}, expected round ${round}.`);
  });
  // finish() reports the error. Until then it must not count as unhandled.
  const all = Promise.all([sending, reading, calling]);
  all.catch(() => undefined);
  return {
    finish: async () => {
      isOver = true;
      const [, rounds] = await all;
      return { device: { deviceId: device.deviceId }, acknowledged, rounds };
    },
  };

  async function work(perform: (round: number) => Promise<void>): Promise<number> {
    let round = 0;
    for await (const _ of setInterval(PACE_MILLISECONDS)) {
      if (isOver) break;
      await perform(round++);
    }
    return round;
  }
}
