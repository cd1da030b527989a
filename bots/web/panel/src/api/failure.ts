/**
 * What can go wrong between the panel and the server, in kinds that a page can act on.
 * The server's own words are kept; where it sends none, the page has words for each kind.
 */
import type { Draft } from '../draft/types';
import { onOwnClock } from '../draft/when';

export type FailureKind =
  | 'network' | 'auth' | 'forbidden' | 'invalid' | 'conflict' | 'inFlight' | 'rate' | 'missing' | 'notBuilt' | 'unavailable' | 'server';

interface Body {
  code?: unknown;
  error?: unknown;
  message?: unknown;
  msg?: unknown;
  fields?: unknown;
  retryAfter?: unknown;
  yours?: unknown;
  current?: unknown;
  eventDraft?: unknown;
}

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    message = '',
    readonly code = '',
    readonly fields: Record<string, string> = {},
    /** In seconds, where the server says how long to wait. */
    readonly retryAfter: number | null = null,
    /** The draft as the server has it, with a conflict. */
    readonly current: Draft | null = null,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

const KINDS: Record<number, FailureKind> = {
  400: 'invalid', 401: 'auth', 403: 'forbidden', 404: 'missing', 406: 'missing', 408: 'server', 409: 'conflict',
  422: 'invalid', 429: 'rate', 501: 'notBuilt', 503: 'unavailable',
};

/** Reads an answer's status, its `Retry-After` and its body in any of the server's shapes. */
export function failureOf(status: number, body: unknown, retryHeader: string | null = null): Failure {
  const outer = isObject(body) ? (body as Body) : {};
  const inner: Body = isObject(outer.error) ? (outer.error as Body) : outer;
  const text = (...values: unknown[]) => values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
  // The fields in question stand by themselves; the whole draft, with its revision, beside them.
  const stored = [inner.eventDraft, inner.current].filter(isObject);
  const current = stored.length > 0 ? onOwnClock(Object.assign({}, ...stored) as Draft) : null;
  const code = text(inner.code, outer.error);
  // Whatever else the server refuses is said in the server's own words: only what it could not do is its fault.
  const kind: FailureKind = KINDS[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'server');
  const wait = kind === 'rate' || kind === 'unavailable' ? seconds(inner.retryAfter, retryHeader) : null;
  return new Failure(kind, status, text(inner.message, inner.msg), code, fieldWords(inner.fields), wait, current);
}

/** A failure from whatever was thrown: no answer at all is the network. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure('network', 0, message);
}

/** `{field: "words"}` or `{field: ["words", ...]}` to one sentence for each field. */
export function fieldWords(fields: unknown): Record<string, string> {
  if (!isObject(fields)) return {};
  const words = Object.entries(fields).map(([field, value]) => [field, Array.isArray(value) ? value.join(' ') : String(value)]);
  return Object.fromEntries(words) as Record<string, string>;
}

function seconds(inBody: unknown, header: string | null): number | null {
  const value = typeof inBody === 'number' ? inBody : Number(header ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
