import { pathToFileURL } from 'node:url';

/** Runs a scenario if its file is the started program, and not if another scenario imports it. */
export function runAlone(moduleUrl: string, scenario: () => Promise<void>): void {
  if (moduleUrl !== pathToFileURL(process.argv[1] ?? '').href) return;
  scenario().catch((error: unknown) => {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  });
}

/** Returns the value of a variable that the scenario needs. Throws if it is not set. */
export function requireVariable(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Set ${name} to ${meaning}.`);
  return value;
}

/** Returns the connection string of the hub. Its policy needs RegistryWrite and ServiceConnect. */
export function serviceConnectionString(): string {
  return requireVariable('IOTHUB_CONNECTION_STRING', 'the connection string of a hub');
}

/** The ids of the scenarios' clients, which `SCENARIO_DEVICE_ID` and `SCENARIO_MODULE_ID` can change. */
export const DEVICE_ID = process.env['SCENARIO_DEVICE_ID'] ?? 'scenario-device';
export const MODULE_ID = process.env['SCENARIO_MODULE_ID'] ?? 'scenario-module';

/** Prints a heading and a value as JSON. */
export function show(heading: string, value: unknown): void {
  console.log(`\n${heading}`);
  console.log(JSON.stringify(value, null, 2));
}
