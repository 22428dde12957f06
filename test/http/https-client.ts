import { type Agent, type RequestOptions, request as sendRequest } from 'node:https';
import { DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';

export const HOST_NAME = '127.0.0.1';
const API_VERSION = 'api-version=2021-04-12';

/** Parts of a request; every one has a default. */
export interface SendOptions {
  /** The policy that signs the token; `iothubowner` by default. */
  readonly policy?: string;
  /** The whole Authorization header; null sends none. */
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes are sent unchanged, other values as JSON. */
  readonly body?: unknown;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** The answer to a request. `body` is the parsed JSON. */
export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the body
  readonly body: any;
}

/** Sends a request over HTTPS and reads the whole answer. */
export function send(
  to: { readonly port: number; readonly ca: string; readonly agent: Agent },
  method: string,
  path: string,
  options: SendOptions,
): Promise<Reply> {
  const { body, certificate } = options;
  const authorization =
    options.authorization === undefined ? serviceToken(options.policy) : options.authorization;
  const bytes = body === undefined || body instanceof Uint8Array ? body : textOf(body);
  const target = path.includes('api-version')
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}${API_VERSION}`;
  const requestOptions: RequestOptions = {
    host: HOST_NAME,
    port: to.port,
    ca: to.ca,
    // Without it the certificate would be checked against the Host header.
    servername: '',
    method,
    path: target,
    headers: {
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...(bytes === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(bytes)) }),
      ...options.headers,
    },
    ...(certificate === undefined ? { agent: to.agent } : { ...certificate, agent: false }),
  };
  return new Promise((resolve, reject) => {
    const request = sendRequest(requestOptions, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') === true;
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers as Reply['headers'],
          rawHeaders: response.rawHeaders,
          text,
          body: isJson && text !== '' ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Creates a token for the hub or a part of it, signed with the default key of a policy. */
export function serviceToken(policyName = 'iothubowner', resource = HOST_NAME): string {
  return formatSasToken({ resource, key: DEFAULT_KEY, expirySeconds: inAnHour(), policyName });
}

/** Creates the token of a client (`device` or `device/module`), signed with its own key. */
export function clientToken(clientId: string, key: string): string {
  const [deviceId, moduleId] = clientId.split('/');
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return formatSasToken({
    resource: `${HOST_NAME}/devices/${deviceId}${module}`,
    key,
    expirySeconds: inAnHour(),
  });
}

function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + 3600;
}
