/** The words for what the sign-in service refused. */
import type { AuthError } from '@supabase/supabase-js';
import type { Key } from '../i18n';

const WORDS: Record<string, Key> = {
  invalid_credentials: 'login.error.credentials',
  user_already_exists: 'login.error.exists',
  email_exists: 'login.error.exists',
  weak_password: 'login.error.weak',
  email_not_confirmed: 'login.error.unconfirmed',
  validation_failed: 'login.error.email',
  over_request_rate_limit: 'fail.rate',
};

export function signFailure(error: AuthError): Key {
  if (error.code && WORDS[error.code]) return WORDS[error.code] as Key;
  if (error.status === 429) return 'fail.rate';
  return error.status ? 'fail.server' : 'fail.network';
}
