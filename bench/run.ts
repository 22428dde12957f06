import { measureTelemetry } from './telemetry.ts';

const MEASUREMENTS: Readonly<Record<string, () => Promise<void>>> = {
  telemetry: () => measureTelemetry({ connections: 100, window: 10, rounds: 5 }),
};

const asked = process.argv.slice(2);
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (asked.length === 0 || asked.includes(name)) await measure();
}
