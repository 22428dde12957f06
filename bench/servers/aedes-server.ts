import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { announce, settingsOf } from '../processes.ts';
import { createServerCertificate } from './certificates.ts';

// A bare aedes broker over TLS, without any hook.
settingsOf();
const broker = await Aedes.createBroker();
const server = createServer({ ...(await createServerCertificate()), noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  broker.handle(socket);
});
server.listen(0, '127.0.0.1', () => announce({ mqttPort: (server.address() as AddressInfo).port }));
