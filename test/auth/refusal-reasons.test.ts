import { expect, it } from 'vitest';
import { REFUSAL_REASONS, refused } from '../../emulator/auth/refusal-reasons.ts';

it('every reason is a stable word with a one-sentence meaning', () => {
  for (const [reason, meaning] of Object.entries(REFUSAL_REASONS)) {
    expect(reason).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(meaning).toMatch(/^[A-Z][^.;]+\.$/);
  }
});

it('a refusal tells the client no more than 401003, and the log why', () => {
  expect(refused('policy-unknown')).toEqual({
    ok: false,
    error: {
      name: 'IotHubUnauthorized',
      message: REFUSAL_REASONS['policy-unknown'],
      reason: 'policy-unknown',
    },
  });
});
