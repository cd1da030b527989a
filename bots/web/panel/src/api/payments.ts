/** How an organizer is paid: their account at Stripe, what payments cost, and what waits for an event. */
import { own } from './client';

export interface StripeAccount {
  chargesEnabled: boolean;
  payoutsEnabled: boolean;
  detailsSubmitted: boolean;
  requirements: string[];
  disabledReason: string | null;
}

export type Cause = 'no_answer' | 'busy' | 'not_set_up' | 'refused' | 'ours';

export interface EventWork {
  payments: 'none' | 'ready' | 'pending' | 'refused';
  cause: Cause | null;
  nextS: number | null;
  mailsWaiting: number;
  mailsFailed: number;
}

/** What one ticket of a kind brings, in minor units: price and tax are paid by the guest, the fee is taken from both. */
export interface Taking {
  name: string | null;
  priceCents: number;
  taxCents: number;
  feeCents: number;
  netCents: number;
}

export interface Takings {
  currency: string | null;
  taxRate: number | null;
  tickets: Taking[];
}

/** What is taken of a payment: the card's part and the operator's in hundredths of a percent, and minor units beside that. */
export interface Fee {
  basisPoints: number;
  fixedCents: number;
  operatorPoints: number;
}

export interface PaymentsState {
  configured: boolean;
  account: StripeAccount | null;
  fee: Fee;
  event: EventWork | null;
  takings: Takings | null;
}

const PATH = '/api/connect/stripe';

export async function paymentsState(about: { event?: string; currency?: string | null }): Promise<PaymentsState> {
  const query = new URLSearchParams();
  if (about.event) query.set('event', about.event);
  if (about.currency) query.set('currency', about.currency);
  const answer = await own(`${PATH}?${query.toString()}`);
  return (await answer.json()) as PaymentsState;
}

/** Where to go to connect an account; the browser keeps what brings it back. */
export async function beginConnect(sessionId: string | null | undefined): Promise<string> {
  const body = JSON.stringify(sessionId ? { sessionId } : {});
  const answer = await own(PATH, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await answer.json()) as { url: string }).url;
}
