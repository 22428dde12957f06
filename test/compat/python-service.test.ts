import { testClients } from './test-clients.ts';

testClients('python_service.py');
