import { answer, settingsOf } from '../processes.ts';
import { measureWindow, type WindowSettings } from './measured-window.ts';
import { expectSuccess, type HttpWire, openHttp, requestMaker } from './wire/http-wire.ts';
import type { HubAccess } from './wire/hub-access.ts';

export interface RegistryLoad extends WindowSettings {
  readonly httpsPort: number;
  readonly connections: number;
  readonly operation: 'read' | 'create';
  /** Begins the ids of devices that are created. */
  readonly idPrefix: string;
  /** Every server gets the same token, also those that ignore it. */
  readonly hub: HubAccess;
}

// A back end that reads, or creates, devices over keep-alive connections, one request at a time on each.
const load = settingsOf<RegistryLoad>();
const request = requestMaker(load.hub);
let answered = 0;
let created = 0;

const wires = await Promise.all(Array.from({ length: load.connections }, () => openHttp(load.httpsPort)));
for (const [index, wire] of wires.entries()) void sendAgainAndAgain(wire, `d${index}`);
answer(await measureWindow(load, () => answered));

async function sendAgainAndAgain(wire: HttpWire, deviceId: string): Promise<never> {
  const read = request('GET', `/devices/${deviceId}`);
  for (;;) {
    await expectSuccess(wire, load.operation === 'read' ? read : createRequest());
    answered += 1;
  }
}

function createRequest(): Buffer {
  const deviceId = `${load.idPrefix}-${created++}`;
  return request('PUT', `/devices/${deviceId}`, JSON.stringify({ deviceId }));
}
