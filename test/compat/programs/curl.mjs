import { ADDRESS, CA_FILE, HTTPS_PORT, runCommand } from './commands.mjs';
import { expectEqual, runFeatures } from './features.mjs';
import { startPeerDevice } from './peer-device.mjs';
import { formatToken, parseConnectionString } from './sas-token.mjs';

// A back end by curl. Its bodies are those of tools that are less strict than the SDKs, such as the Azure CLI.

const {
  HostName: host,
  SharedAccessKeyName: policy,
  SharedAccessKey: key,
} = parseConnectionString(process.env.IOTHUB_CONNECTION_STRING);
const PEER = 'compat';
let peer;

await runFeatures({
  identities: useIdentities,
  twin: useTwin,
  query: useQuery,
  directMethod: () => invoke('{"methodName": "echo", "payload": {"n": 1}, "responseTimeoutInSeconds": 10}'),
  textNumbers: () =>
    invoke(
      '{"methodName": "echo", "payload": {"n": 1}, "responseTimeoutInSeconds": "10", "connectTimeoutInSeconds": "10"}',
    ),
  looseJson: () =>
    invoke(`{methodName: 'echo', /* a comment */ payload: {'n': 1,}, responseTimeoutInSeconds: 10}`),
});

async function useIdentities() {
  const body = { deviceId: 'sensor', status: 'enabled', authentication: { type: 'sas' } };
  const created = await exchange('PUT', '/devices/sensor', JSON.stringify(body));
  const device = await exchange('GET', '/devices/sensor');
  expectEqual(device.authentication.symmetricKey, created.authentication.symmetricKey);
  await exchange('DELETE', '/devices/sensor', undefined, 'If-Match: *');
}

async function useTwin() {
  const patched = await exchange('PATCH', `/twins/${PEER}`, '{"tags": {"floor": 2}}', 'If-Match: "*"');
  expectEqual(patched.tags, { floor: 2 });
}

async function useQuery() {
  const rows = await exchange('POST', '/devices/query', '{"query": "SELECT deviceId FROM devices"}');
  expectEqual(rows, [{ deviceId: PEER }]);
}

async function invoke(body) {
  peer ??= startPeerDevice();
  await peer;
  const answer = await exchange('POST', `/twins/${PEER}/methods`, body);
  expectEqual(answer, { status: 200, payload: { echoed: { n: 1 } } });
}

async function exchange(method, path, body, ...headers) {
  const url = `https://${host}${path}?api-version=2021-04-12`;
  const token = `Authorization: ${formatToken(host, key, policy)}`;
  const lines = [token, 'Content-Type: application/json', ...headers].flatMap((line) => ['-H', line]);
  const route = ['--connect-to', `${host}:443:${ADDRESS}:${HTTPS_PORT}`, '--cacert', CA_FILE];
  const content = body === undefined ? [] : ['--data-binary', '@-'];
  const words = [
    '--silent',
    '--show-error',
    '--fail-with-body',
    ...route,
    '-X',
    method,
    ...lines,
    ...content,
    url,
  ];
  const text = await runCommand('curl', words, body);
  return text === '' ? null : JSON.parse(text);
}
