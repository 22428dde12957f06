import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, launch, type RunningCommand } from '../command/command.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** The two ways in which people run a scenario: its source, and its built file in a Node without any loader. */
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

/** Starts a scenario and does not wait. */
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

/** What a scenario has shown: every heading with the value below it. */
export function shownIn({ stdout }: Pick<CommandResult, 'stdout'>): Readonly<Record<string, unknown>> {
  const sections = stdout.trim().split('\n\n');
  return Object.fromEntries(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), JSON.parse(section.slice(end))];
    }),
  );
}
