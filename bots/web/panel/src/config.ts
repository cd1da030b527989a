/**
 * What the server tells the panel at run time; nothing of it is baked into the bundle.
 * Missing keys have a working default, and a server that cannot be reached leaves every default in place.
 */
export interface Config {
  supabaseUrl: string;
  anonKey: string;
  publicUrl: string;
  chatUrl: string;
  maxUploadBytes: number;
  connectUrl: string;
  anonymous: boolean;
  /** How many characters a new password has at least. */
  passwordMin: number;
}

/** Where payments are connected when the server names no address of its own. */
export const CONNECT_FALLBACK = 'https://connect.stripe.com/';

/** What a new password has at least where the server tells nothing. */
export const PASSWORD_MIN = 8;

interface Raw {
  supabaseUrl?: string | null;
  supabaseAnonKey?: string | null;
  publicUrl?: string | null;
  copilotkitUrl?: string | null;
  maxUploadBytes?: number | null;
  payments?: { connectUrl?: string | null } | null;
  signIn?: { anonymous?: boolean | null; passwordMinLength?: number | null } | null;
}

/** Fills the gaps. A project that is the server itself is reached by this page's own origin, also behind a proxy. */
export function readConfig(raw: Raw, origin: string): Config {
  const publicUrl = (raw.publicUrl ?? origin).replace(/\/+$/, '');
  const project = (raw.supabaseUrl ?? '').replace(/\/+$/, '');
  const own = project === '' || project === publicUrl;
  return {
    supabaseUrl: own ? origin : project,
    anonKey: raw.supabaseAnonKey || 'anon',
    publicUrl,
    chatUrl: raw.copilotkitUrl ?? '/api/copilotkit',
    maxUploadBytes: raw.maxUploadBytes ?? 5 * 1024 * 1024,
    connectUrl: safeConnect(raw.payments?.connectUrl, origin),
    anonymous: raw.signIn?.anonymous ?? false,
    passwordMin: raw.signIn?.passwordMinLength ?? PASSWORD_MIN,
  };
}

/** Only the payment provider's own address or this origin may be left for; anything else is the fallback. */
export function safeConnect(url: string | null | undefined, origin: string): string {
  if (!url) return CONNECT_FALLBACK;
  try {
    const parsed = new URL(url, origin);
    const stripe = parsed.protocol === 'https:' && /(^|\.)stripe\.com$/.test(parsed.hostname);
    return stripe || parsed.origin === origin ? parsed.href : CONNECT_FALLBACK;
  } catch {
    return CONNECT_FALLBACK;
  }
}

let loading: Promise<Config> | null = null;

/** The configuration, read once; a failed read is tried again at the next call. */
export function config(): Promise<Config> {
  loading ??= fetchConfig();
  return loading;
}

async function fetchConfig(): Promise<Config> {
  const origin = window.location.origin;
  try {
    const answer = await fetch('/config.json', { headers: { accept: 'application/json' } });
    if (!answer.ok) throw new Error(`config ${answer.status}`);
    return readConfig((await answer.json()) as Raw, origin);
  } catch {
    loading = null;
    return readConfig({}, origin);
  }
}
