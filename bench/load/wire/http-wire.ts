import { type HubAccess, policyToken } from './hub-access.ts';
import { openTls } from './tls-socket.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** A raw keep-alive connection: one request at a time. */
export interface HttpWire {
  send(request: Buffer): Promise<HttpAnswer>;
  close(): void;
}

export type RequestMaker = (method: string, path: string, body?: string) => Buffer;

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Makes whole requests of a back end, token included; the bytes can be sent again and again. */
export function requestMaker(hub: HubAccess): RequestMaker {
  const token = policyToken(hub, 'iothubowner');
  return (method, path, body = '') => {
    const lines = [
      `${method} ${path}?api-version=2021-04-12 HTTP/1.1`,
      `Host: ${hub.hostName}`,
      `Authorization: ${token}`,
      ...(body === ''
        ? []
        : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
  };
}

export async function openHttp(port: number): Promise<HttpWire> {
  const socket = await openTls(port);
  let received: Buffer = Buffer.alloc(0);
  let settle: (answer: HttpAnswer) => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = parseAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    settle(answer);
  });
  const onClose = () => {
    throw new Error('The server closed the connection.');
  };
  socket.once('close', onClose);
  return {
    send: (request) =>
      new Promise((resolve) => {
        settle = resolve;
        socket.write(request);
      }),
    close: () => {
      socket.off('close', onClose).destroy();
    },
  };
}

/** Sends a request and throws if the answer is not a success. */
export async function expectSuccess(wire: HttpWire, request: Buffer): Promise<HttpAnswer> {
  const answer = await wire.send(request);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`The server answered ${answer.status}: ${answer.body.toString('utf8').slice(0, 300)}`);
}

function parseAnswer(bytes: Buffer): HttpAnswer | undefined {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: ?(\d+)/i.exec(head)?.[1];
  const bodyStart = headEnd + END_OF_HEAD.length;
  const bodyEnd = bodyStart + Number(length ?? 0);
  if (bytes.length < bodyEnd) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(bodyStart, bodyEnd) };
}
