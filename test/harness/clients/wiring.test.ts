import { Agent } from 'node:https';
import iothub from 'azure-iothub';
import { describe, expect, it } from 'vitest';
import { createDigitalTwinClient, withAgent } from '../../../harness/clients/wiring.ts';
import { startHub } from '../../../harness/harness.ts';

const CONNECTION_STRING = 'HostName=hub1.iothub.test;SharedAccessKeyName=iothubowner;SharedAccessKey=YQ==';
const agent = new Agent();

describe('the connection of SDK clients to a free port', () => {
  it.each([iothub.Registry, iothub.JobClient, iothub.Client])(
    'sets the agent of the REST client inside $name, which is not public',
    (ServiceClient) => {
      expect(() => withAgent(ServiceClient.fromConnectionString(CONNECTION_STRING), agent)).not.toThrow();
    },
  );

  it('fails with a clear error if the REST client has moved', () => {
    const registry = iothub.Registry.fromConnectionString(CONNECTION_STRING);
    Object.assign(registry, { _restApiClient: undefined, _client: {} });
    expect(() => withAgent(registry, agent)).toThrow(
      "This version of azure-iothub is not supported: Registry has no '_restApiClient'.",
    );
  });

  it('uses the requests that the credentials of a digital twin client sign', async () => {
    const used = new Error('the agent was used');
    const refusing = new Agent();
    refusing.createConnection = () => {
      throw used;
    };
    const client = createDigitalTwinClient(CONNECTION_STRING, refusing);
    await expect(client.getDigitalTwin('any')).rejects.toThrow(used.message);
  });

  it.each(['mqtt', 'mqtt-ws', 'http'] as const)(
    'uses the options of the device client over %s',
    async (transport) => {
      await using hub = await startHub();
      const device = await hub.provision();
      await expect(device.connect(transport)).resolves.toBeDefined();
    },
  );
});
