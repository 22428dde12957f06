import { testClients } from './test-clients.ts';

testClients('mqtt-js.mjs');
