/** The words for a failure: the server's own where it has some for people, else ours for its kind. */
import type { Failure } from '../api/failure';
import type { Key, Translate } from '../i18n';

const OURS = new Set(['network', 'auth', 'inFlight', 'unavailable', 'server']);
/** What the server says of these is in English; ours say as much, in the page's language. */
const PLAIN = new Set(['forbidden', 'rate', 'missing', 'notBuilt']);

export function failureWords(failure: Failure, t: Translate): string {
  const foreign = PLAIN.has(failure.kind) && !/^(en|$)/.test(document.documentElement.lang);
  if (!OURS.has(failure.kind) && !foreign && failure.message) return failure.message;
  return t(`fail.${failure.kind}` as Key);
}
