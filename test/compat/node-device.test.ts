import { testClients } from './test-clients.ts';

testClients('node-device.mjs');
