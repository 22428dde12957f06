import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, launch, type RunningCommand } from '../command/command.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** The two ways to run a scenario: its source with tsx, and its built file in plain Node. */
export const WAYS = {
  tsx: (scenario: string) => [
    process.execPath,
    '--import',
    join(REPOSITORY, 'node_modules/tsx/dist/loader.mjs'),
    join(REPOSITORY, 'scenarios', `${scenario}.ts`),
  ],
  node: (scenario: string) => [process.execPath, join(REPOSITORY, 'dist/scenarios', `${scenario}.js`)],
} as const;

export type Way = keyof typeof WAYS;

/** Starts a scenario and returns at once. */
export function launchScenario(
  way: Way,
  scenario: string,
  env: Readonly<Record<string, string>>,
): RunningCommand {
  const [program = '', ...words] = WAYS[way](scenario);
  return launch(words, { command: [program], env });
}

/** Runs a scenario to its end. */
export async function runScenario(...scenario: Parameters<typeof launchScenario>): Promise<CommandResult> {
  await using program = launchScenario(...scenario);
  return await program.ended;
}

/** Returns the headings that a scenario has shown, with their values. */
export function shownIn({ stdout }: Pick<CommandResult, 'stdout'>): Readonly<Record<string, unknown>> {
  const sections = stdout.trim().split('\n\n');
  return Object.fromEntries(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), JSON.parse(section.slice(end))];
    }),
  );
}
