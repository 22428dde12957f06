import { spawnSync } from 'node:child_process';
import { inject } from 'vitest';

const FIND_PACKAGES = `
import importlib.util, json, sys
def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False
print(json.dumps([name for name in sys.argv[1:] if is_there(name)]))
`;

/** The Python of the tests' virtual environment, else the system's; nothing where there is none. */
export function findPython(): string | undefined {
  const prepared = inject('python');
  const python = 'executable' in prepared ? prepared.executable : 'python3';
  return spawnSync(python, ['-c', 'pass']).status === 0 ? python : undefined;
}

/** Those of the packages that a Python can import. */
export function findPackages(python: string | undefined, names: readonly string[]): ReadonlySet<string> {
  if (python === undefined) return new Set();
  const { stdout } = spawnSync(python, ['-c', FIND_PACKAGES, ...names], { encoding: 'utf8' });
  return new Set(JSON.parse(stdout) as string[]);
}

/** Whether tests have to be left out for want of something: said aloud, and refused in CI, where all must run. */
export function isAbsent(what: string, isPresent: boolean): boolean {
  if (isPresent) return false;
  if (process.env['CI'] === 'true') throw new Error(`${what} is missing, and in CI no test may be left out.`);
  console.warn(`LEFT OUT: ${what} is missing, so the tests that need it do not run.`);
  return true;
}
