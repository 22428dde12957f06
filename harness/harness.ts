export { connectTo } from './live-hub.ts';
export { type LocalHub, type LocalHubOptions, startHub } from './local-hub.ts';
