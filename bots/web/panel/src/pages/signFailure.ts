/** The words for what the sign-in service refused, by its codes: what it says itself is in English. */
import type { AuthError } from '@supabase/supabase-js';
import type { Key } from '../i18n';

const WORDS: Record<string, Key> = {
  invalid_credentials: 'login.error.credentials',
  user_already_exists: 'login.error.exists',
  email_exists: 'login.error.exists',
  weak_password: 'login.error.weak',
  same_password: 'login.error.same',
  email_not_confirmed: 'login.error.unconfirmed',
  validation_failed: 'login.error.email',
  email_address_invalid: 'login.error.email',
  user_banned: 'login.error.banned',
  anonymous_provider_disabled: 'login.error.noGuests',
  signup_disabled: 'login.error.closed',
  over_request_rate_limit: 'fail.rate',
  over_email_send_rate_limit: 'login.error.mailed',
  otp_expired: 'login.error.link',
  flow_state_not_found: 'login.error.link',
  flow_state_expired: 'login.error.link',
  bad_code_verifier: 'login.error.link',
  no_authorization: 'fail.auth',
  bad_jwt: 'fail.auth',
  user_not_found: 'fail.auth',
  session_not_found: 'fail.auth',
  refresh_token_not_found: 'fail.auth',
  refresh_token_already_used: 'fail.auth',
};

export function signFailure(error: AuthError): Key {
  const known = error.code && WORDS[error.code];
  if (known) return known;
  if (error.name === 'AuthSessionMissingError') return 'fail.auth';
  if (error.status === 429) return 'fail.rate';
  return error.status ? 'fail.server' : 'fail.network';
}

/** Why a mailed link did nothing, by the address that it led to; null where nothing went wrong. */
export function linkFailure(hash: string): Key | null {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('error_code');
  return code === null ? null : (WORDS[code] ?? 'fail.server');
}

/** As the page was opened: going on to sign in takes it out of the address. */
let opened = linkFailure(window.location.hash);

/** The same, told once. */
export function takeLinkFailure(): Key | null {
  const told = opened;
  opened = null;
  return told;
}
