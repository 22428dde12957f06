import { testClients } from './test-clients.ts';

testClients('mosquitto.mjs');
