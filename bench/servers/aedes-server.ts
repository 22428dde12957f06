import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { createServerCertificate } from './certificates.ts';

// A bare aedes broker over TLS, without any hook.
const broker = await Aedes.createBroker();
const server = createServer({ ...(await createServerCertificate()), noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  broker.handle(socket);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(JSON.stringify({ mqttPort: address?.port }));
});
process.once('SIGTERM', () => process.exit(0));
