import { testClients } from './test-clients.ts';

testClients('node-service.mjs');
