import { testClients } from './test-clients.ts';

testClients('paho_device.py');
