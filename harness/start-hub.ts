import type { LocalHub, LocalHubOptions } from './local-hub.ts';
import { startLocalHub } from './start-local-hub.ts';

/** Starts an isolated hub on free ports in this process. Many hubs can run side by side. */
export async function startHub(options: LocalHubOptions = {}): Promise<LocalHub> {
  const { hub } = await startLocalHub(options);
  return hub;
}
