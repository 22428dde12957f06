import { request } from 'node:https';
import { pathToFileURL } from 'node:url';
import { formatToken, parseConnectionString } from './sas-token.mjs';

// A back end by plain HTTPS, so that a device client is tested without a service SDK.
// As a program it runs one action: `node back-end.mjs invoke '["echo", {"n": 1}]'` prints the answer as JSON.

const API_VERSION = '2021-04-12';
const DEVICE = parseConnectionString(process.env.IOTHUB_DEVICE_CONNECTION_STRING ?? '').DeviceId;

export const backEnd = {
  /** Sends a message to the device. */
  send: (body) => exchange('POST', `/devices/${DEVICE}/messages/devicebound`, body),
  /** Invokes a direct method as soon as the device is subscribed. Returns its status and payload. */
  invoke: (methodName, payload) =>
    exchange('POST', `/twins/${DEVICE}/methods`, {
      methodName,
      payload,
      connectTimeoutInSeconds: 10,
      responseTimeoutInSeconds: 10,
    }),
  getTwin: () => exchange('GET', `/twins/${DEVICE}`),
  /** Sets desired properties. */
  patch: (desired) => exchange('PATCH', `/twins/${DEVICE}`, { properties: { desired } }),
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , action, words = '[]'] = process.argv;
  console.log(JSON.stringify(await backEnd[action](...JSON.parse(words))));
}

function exchange(method, path, body) {
  const {
    HostName: host,
    SharedAccessKeyName: policy,
    SharedAccessKey: key,
  } = parseConnectionString(process.env.IOTHUB_CONNECTION_STRING);
  const headers = { authorization: formatToken(host, key, policy), 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const message = request(
      { host, method, path: `${path}?api-version=${API_VERSION}`, headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        answer.on('end', () => {
          if (answer.statusCode < 300) resolve(text === '' ? null : JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      },
    );
    message.on('error', reject);
    message.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
