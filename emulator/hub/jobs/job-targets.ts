import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { ok, type Result } from '../../domain/result.ts';
import { compileCondition } from '../../query/evaluation/compile-query.ts';
import { parseCondition } from '../../query/syntax/parse-query.ts';
import type { HubOptions } from '../hub-options.ts';
import type { ClientRows } from '../queries/client-rows.ts';
import { TWINS } from '../queries/twin-collection.ts';

/** The devices or modules that a condition selects at this moment. */
export function selectTargets(
  clients: ClientRows,
  text: string,
  { isMixedTypeNotEqualTrue = false }: HubOptions,
): Result<readonly ClientIdentity[]> {
  const condition = parseCondition(text);
  if (!condition.ok) return condition;
  const matches = compileCondition(condition.value, TWINS, { isMixedTypeNotEqualTrue });
  const rows = condition.value.source === 'devices' ? clients.devices() : clients.modules();
  const identities: ClientIdentity[] = [];
  for (const row of rows) if (matches(row)) identities.push(row.twin.identity);
  return ok(identities);
}
