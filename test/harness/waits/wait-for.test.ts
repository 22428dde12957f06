import { describe, expect, it } from 'vitest';
import { startHub } from '../../../harness/harness.ts';

describe('a wait', () => {
  it('rejects if its condition throws, at first or later, without an effect on clients of the hub', async () => {
    await using hub = await startHub();
    const device = await hub.provision();
    const twin = await (await device.connect()).getTwin();
    const nested = (reported: Readonly<Record<string, unknown>>) =>
      (reported['a'] as { b: { c: number } }).b.c === 1;
    await expect(hub.untilReported(device, nested)).rejects.toThrow(TypeError);
    const later = expect(
      hub.untilReported(device, (reported) => 'a' in reported && nested(reported)),
    ).rejects.toThrow(TypeError);
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ a: 1 }, (error?: Error) => (error ? reject(error) : resolve()));
    });
    await later;
    expect(hub.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});
