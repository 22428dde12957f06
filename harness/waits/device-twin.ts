import type { Twin } from 'azure-iot-device';
import { type WaitOptions, waitFor } from './wait-for.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Sends a patch of reported properties; the SDK itself knows only a callback. */
export function report(twin: Twin, patch: Properties): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => (error ? reject(error) : resolve());
    (twin.properties.reported['update'] as (patch: Properties, done: typeof settle) => void)(patch, settle);
  });
}

/**
 * Resolves with the first desired properties that the SDK hands out and that fulfil the condition: the whole section at
 * first, then each patch as the hub sent it. What the hub sends before the client has subscribed is lost, so let the back
 * end write after `hub.untilSubscribed(device, 'desiredProperties')`.
 */
export function untilDesired(
  twin: Twin,
  condition: (desired: Properties) => boolean,
  options?: WaitOptions,
): Promise<Properties> {
  const heard: Properties[] = [];
  return waitFor(
    {
      what: 'desired properties came that fulfil the condition',
      check: () => heard.find(condition),
      listen: (listener) => {
        const hear = (desired: Properties) => {
          heard.push(structuredClone(desired));
          listener();
        };
        twin.on('properties.desired', hear);
        return () => twin.removeListener('properties.desired', hear);
      },
      describe: () => `The SDK handed out ${JSON.stringify(heard)}.`,
    },
    options,
  );
}
