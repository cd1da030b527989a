/**
 * The one client for sign-in, rows and the function. Calls of the function outlive the page that made them
 * (`keepalive`), so that leaving right after saving loses nothing.
 */
import { createClient, FunctionsHttpError, type SupabaseClient } from '@supabase/supabase-js';
import { config } from '../config';
import { failureOf, Failure } from './failure';

/** Browsers refuse larger bodies on requests that outlive their page. */
const KEEPALIVE_BYTES = 60_000;

let made: Promise<SupabaseClient> | null = null;

/** The client, made once the configuration is known. */
export function client(): Promise<SupabaseClient> {
  made ??= config().then((known) =>
    createClient(known.supabaseUrl, known.anonKey, {
      auth: { autoRefreshToken: true, persistSession: true, detectSessionInUrl: true, storageKey: 'eventos.auth' },
      global: { fetch: lastingFetch },
    }),
  );
  return made;
}

function lastingFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  const body = init?.body;
  const small = typeof body === 'string' && body.length < KEEPALIVE_BYTES;
  const lasting = small && url.includes('/functions/v1/');
  return fetch(input, lasting ? { ...init, keepalive: true } : init);
}

/** Calls a function and reads its answer; every failure is a [`Failure`]. */
export async function invoke<T>(name: string, body: object, key?: string): Promise<T> {
  const supabase = await client();
  // The wizard greets and suggests in the language of the page, whatever the browser's own is.
  const headers = { 'Accept-Language': document.documentElement.lang || 'en', ...(key ? { 'Idempotency-Key': key } : {}) };
  const { data, error } = await supabase.functions.invoke<T>(name, { body, headers });
  if (error instanceof FunctionsHttpError) {
    const failure = await answered(error.context as Response);
    // Without the draft that it met, it is no conflict: the same request is still being answered.
    throw failure.kind === 'conflict' && !failure.current ? new Failure('inFlight', failure.status, failure.message, failure.code) : failure;
  }
  if (error) throw new Failure('network', 0, error instanceof Error ? error.message : '');
  if (data === null || typeof data !== 'object') throw new Failure('server', 200);
  return data;
}

/** A request of the panel's own, with the person's token; `path` is on this origin. */
export async function own(path: string, init: RequestInit = {}): Promise<Response> {
  const supabase = await client();
  const token = (await supabase.auth.getSession()).data.session?.access_token;
  const headers = new Headers(init.headers);
  // What the server says goes on this page.
  headers.set('accept-language', document.documentElement.lang || 'en');
  if (token) headers.set('authorization', `Bearer ${token}`);
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers });
  } catch (thrown) {
    throw new Failure('network', 0, thrown instanceof Error ? thrown.message : '');
  }
  if (!answer.ok) throw await answered(answer);
  return answer;
}

async function answered(answer: Response): Promise<Failure> {
  const body: unknown = await answer.json().catch(() => null);
  return failureOf(answer.status, body, answer.headers.get('retry-after'));
}

interface RowsAnswer<T> {
  data: T | null;
  error: { message: string; code?: string } | null;
  status: number;
}

/** The rows of an answer, or its failure. */
export function rows<T>(answer: RowsAnswer<T>): T {
  if (answer.error) {
    if (answer.status === 0) throw new Failure('network', 0, answer.error.message);
    throw failureOf(answer.status, answer.error);
  }
  return answer.data as T;
}
