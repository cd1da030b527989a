import { describe, expect, it } from 'vitest';
import { asFailure, Failure, failureOf } from './failure';

describe('failureOf', () => {
  it('reads the wizard function', () => {
    const failure = failureOf(400, { success: false, error: { code: 'INVALID_INPUT', message: 'Check the name.', fields: { name: ['Too long.', 'Odd.'] } } });
    expect(failure).toMatchObject({ kind: 'invalid', code: 'INVALID_INPUT', message: 'Check the name.', fields: { name: 'Too long. Odd.' } });
  });

  it('reads how long to wait from the body, else from the header', () => {
    expect(failureOf(429, { error: { code: 'RATE_LIMIT', retryAfter: 12.2 } }, '60').retryAfter).toBe(13);
    expect(failureOf(429, {}, '60').retryAfter).toBe(60);
    expect(failureOf(429, null, 'soon').retryAfter).toBeNull();
  });

  it('reads the draft that a conflict met', () => {
    const conflict = failureOf(409, { error: { code: 'CONFLICT', current: { name: 'Theirs', revision: 4 } } });
    expect(conflict).toMatchObject({ kind: 'conflict', current: { name: 'Theirs', revision: 4 } });
    const whole = failureOf(409, { error: { code: 'CONFLICT', current: { name: 'Theirs' }, eventDraft: { name: 'Theirs', capacity: 7, revision: 9 } } });
    expect(whole.current).toEqual({ name: 'Theirs', capacity: 7, revision: 9 });
    expect(failureOf(409, { code: 'PT409' }).kind).toBe('conflict');
  });

  it.each([
    [401, 'auth'], [403, 'forbidden'], [404, 'missing'], [408, 'server'], [413, 'invalid'], [415, 'invalid'], [422, 'invalid'], [500, 'server'], [501, 'notBuilt'], [502, 'server'], [503, 'unavailable'],
  ])('%i is %s', (status, kind) => expect(failureOf(status, 'oops').kind).toBe(kind));

  it('takes the sign-in service and the database interface too', () => {
    expect(failureOf(400, { code: 'invalid_credentials', message: 'Invalid login credentials' }).message).toBe('Invalid login credentials');
    expect(failureOf(401, { code: 401, error_code: 'no_authorization', msg: 'No token' }).message).toBe('No token');
  });
});

describe('asFailure', () => {
  it('takes no answer for the network and leaves a failure as it is', () => {
    const failure = new Failure('rate', 429);
    expect(asFailure(failure)).toBe(failure);
    expect(asFailure(new TypeError('Failed to fetch')).kind).toBe('network');
    expect(asFailure('odd').message).toBe('odd');
  });
});
