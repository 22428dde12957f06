import type { Twin } from 'azure-iot-device';
import { type WaitOptions, waitFor } from './wait-for.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Updates reported properties. It returns a promise, because the SDK only has a callback. */
export function report(twin: Twin, patch: Properties): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => (error ? reject(error) : resolve());
    (twin.properties.reported['update'] as (patch: Properties, done: typeof settle) => void)(patch, settle);
  });
}

/**
 * Resolves with the first desired properties from the SDK that meet the condition. The SDK first has the complete
 * section, then each patch as the hub sent it. The client misses patches before it has subscribed. A back end should
 * therefore update the twin after `hub.untilSubscribed(device, 'desiredProperties')`.
 */
export function untilDesired(
  twin: Twin,
  condition: (desired: Properties) => boolean,
  options?: WaitOptions,
): Promise<Properties> {
  const received: Properties[] = [];
  return waitFor(
    {
      what: 'desired properties that meet the condition',
      check: () => received.find(condition),
      listen: (listener) => {
        const take = (desired: Properties) => {
          received.push(structuredClone(desired));
          listener();
        };
        twin.on('properties.desired', take);
        return () => twin.removeListener('properties.desired', take);
      },
      describe: () => `The SDK received ${JSON.stringify(received)}.`,
    },
    options,
  );
}
