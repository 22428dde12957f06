import { setFlagsFromString } from 'node:v8';

/**
 * Prepares V8 for a server. Without this, V8 can conclude from a first burst of requests that their objects live long.
 * It then allocates all later ones among the old objects, where each keeps its whole request in memory until a full
 * collection. With 400 direct methods in flight this cost 40 % more processor time, in seven of ten processes.
 */
export function prepareEngine(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
