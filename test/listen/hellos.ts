import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';

const GREASE = Buffer.from('4a4a', 'hex');
// The headers of record and message, the version, the random bytes and the length of the session id.
const SESSION_ID_LENGTH_OFFSET = 5 + 4 + 2 + 32;

/** Returns the ClientHello that Node's TLS client sends. */
export async function captureHello(options: ConnectionOptions = {}): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...options });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return hello;
}

/** Returns a ClientHello with a first cipher suite before the others, by default a GREASE value. */
export function withFirstSuite(hello: Buffer, suite = GREASE): Buffer {
  const lengthOffset = SESSION_ID_LENGTH_OFFSET + 1 + (hello[SESSION_ID_LENGTH_OFFSET] ?? 0);
  const suites = lengthOffset + 2;
  const changed = Buffer.concat([hello.subarray(0, suites), suite, hello.subarray(suites)]);
  changed.writeUInt16BE(changed.readUInt16BE(3) + 2, 3);
  changed.writeUIntBE(changed.readUIntBE(6, 3) + 2, 6, 3);
  changed.writeUInt16BE(changed.readUInt16BE(lengthOffset) + 2, lengthOffset);
  return changed;
}

/** Returns the types of the TLS 1.2 handshake messages in the first answer of a server. */
export function messageTypesOf(answer: Buffer): readonly number[] {
  const records: Buffer[] = [];
  for (let offset = 0; offset < answer.length; offset += 5 + answer.readUInt16BE(offset + 3))
    records.push(answer.subarray(offset + 5, offset + 5 + answer.readUInt16BE(offset + 3)));
  const messages = Buffer.concat(records);
  const types: number[] = [];
  for (let offset = 0; offset < messages.length; offset += 4 + messages.readUIntBE(offset + 1, 3))
    types.push(messages.readUInt8(offset));
  return types;
}
