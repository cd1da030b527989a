import { AuthApiError, AuthError, AuthRetryableFetchError, AuthSessionMissingError } from '@supabase/supabase-js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { linkFailure, signFailure } from './signFailure';

/** What the panel never asks for, and what is nobody's fault but the server's. */
const OTHERS = ['not_admin', 'otp_disabled', 'phone_provider_disabled', 'service_unavailable', 'unexpected_failure'];

describe('what the sign-in service refuses', () => {
  it('has words of its own for each of the server’s codes', () => {
    const source = readFileSync('../../../src/accounts/refusal.rs', 'utf8');
    const codes = [...source.matchAll(/\((\d{3}), "([a-z_]+)"\)/g)].map(([, status, code]) => [Number(status), code ?? ''] as const);
    expect(codes.length).toBeGreaterThan(20);
    const wordless = codes.filter(([status, code]) => ['fail.server', 'fail.network'].includes(signFailure(new AuthApiError('English', status, code))));
    expect([...new Set(wordless.map(([, code]) => code))].filter((code) => !OTHERS.includes(code))).toEqual([]);
  });

  it('is told from a fault of the network and of the server', () => {
    expect(signFailure(new AuthApiError('English', 500, 'unexpected_failure'))).toBe('fail.server');
    expect(signFailure(new AuthRetryableFetchError('English', 503))).toBe('fail.server');
    expect(signFailure(new AuthRetryableFetchError('English', 0))).toBe('fail.network');
    expect(signFailure(new AuthApiError('English', 429, undefined))).toBe('fail.rate');
    expect(signFailure(new AuthSessionMissingError())).toBe('fail.auth');
    expect(signFailure(new AuthError('English', 422, 'nobody_knows_this'))).toBe('fail.server');
  });

  it('is told of a mailed link by the address that it led to', () => {
    expect(linkFailure('#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid&sb=')).toBe('login.error.link');
    expect(linkFailure('#error=server_error&error_code=unexpected_failure')).toBe('fail.server');
    expect(linkFailure('#access_token=a&refresh_token=b')).toBeNull();
    expect(linkFailure('')).toBeNull();
  });
});
