import { testClients } from './test-clients.ts';

testClients('curl.mjs');
